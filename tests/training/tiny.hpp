// What the tests of training share: a model of a few thousand parameters and a text.
#pragma once
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/attention/registry.hpp"
#include "core/math/random.hpp"
#include "core/model/model_config.hpp"
#include "core/text/text_batches.hpp"
#include "core/training/trainer.hpp"

namespace lengthwise::testing {

// More than one piece of the update, an odd number of shards, windows longer than a tile of queries.
inline constexpr model_config tiny_model{.layers = 2, .width = 32, .heads = 4, .feed_forward = 48};
inline constexpr train_config tiny_training{
    .length = 70, .batch = 10, .shards = 5, .steps = 6, .rate = 3e-3, .warmup = 2};
// For what does not depend on the model.
inline constexpr model_config least_model{.layers = 1, .width = 4, .heads = 1, .feed_forward = 4};
inline constexpr train_config least_training{
    .length = 8, .batch = 4, .shards = 2, .steps = 6, .rate = 3e-3, .warmup = 2};

// Bytes that a model can learn something of: pairs that often follow each other.
inline std::vector<token_id> drawn_text(std::size_t count = 20000) {
  const random_source draw{31, random_stream::conformance};
  std::vector<token_id> text(count);
  for (std::size_t i = 0; i < count; ++i)
    text[i] = static_cast<token_id>(i > 0 && draw.below(3, 2 * i) > 0 ? (text[i - 1] * 5 + 1) % 256
                                                                      : draw.below(256, 2 * i + 1));
  return text;
}

struct started {
  std::vector<token_id> text = drawn_text();
  trainer run;
  explicit started(std::string_view encoding, int threads = 1, const model_config& m = tiny_model,
                   const train_config& t = tiny_training)
      : run(m, t, make_encoding(encoding), std::make_shared<drawn_windows>(text, 7), 7, threads) {}
  // Goes on to this step and says what the parameters are.
  std::string digest_at(int step) {
    while (run.steps_done() < step) run.step();
    return run.digest();
  }
};

// A file's path in a folder of its own, gone with it.
class temporary_path {
 public:
  explicit temporary_path(const std::string& name)
      : folder(std::filesystem::temp_directory_path() / ("lengthwise-" + std::to_string(::getpid()) + "-" + name)),
        file(folder / name) {
    std::filesystem::create_directories(folder);
  }
  ~temporary_path() {
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);
  }
  temporary_path(const temporary_path&) = delete;
  temporary_path& operator=(const temporary_path&) = delete;
  const std::filesystem::path& path() const { return file; }

 private:
  std::filesystem::path folder, file;
};

}  // namespace lengthwise::testing
