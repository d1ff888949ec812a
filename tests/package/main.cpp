// An encoding of one's own, trained from C++ beside the library's.
#include <cstdio>

#include "core/attention/encoding_of.hpp"
#include "core/attention/registry.hpp"
#include "core/hooks/sound_encoding.hpp"
#include "core/text/synthetic.hpp"
#include "core/training/trainer.hpp"

using namespace lengthwise;

struct root_penalty : encoding_defaults {
  template <class S>
  struct parameters {
    S strength;
  };
  static constexpr hook hooks = hook::bias;
  static constexpr card about{"root penalty", "e += -strength sqrt(n)", "this file"};
  static constexpr property claims = property::relative | property::shift_invariant | property::decays;
  constexpr auto learned_parameters(const model_extents&) const {
    return std::array{per_head("strength", uniform(0, 1))};
  }
  template <class S>
  constexpr S bias(const parameters<S>& p, head, distance n) const {
    return -p.strength * S(math::sqrt(n.value));
  }
};
static_assert(sound_encoding<root_penalty>());

double trained(std::shared_ptr<const encoding> e, const std::vector<token_id>& text) {
  const model_config model{.layers = 1, .width = 32, .heads = 2, .feed_forward = 64};
  const train_config train{.length = 32, .batch = 8, .shards = 2, .steps = 60, .warmup = 10};
  trainer t(model, train, std::move(e), text, 1, 2);
  while (t.steps_done() < train.steps) t.step();
  return t.validation_loss(text);
}

int main() {
  const std::vector<token_id> text = byte_tokenizer().encode(synthetic::text(1, 1 << 16));
  std::printf("root_penalty %.4f alibi %.4f nats\n", trained(make_sound<root_penalty>("root_penalty"), text),
              trained(make_encoding("alibi"), text));
}
