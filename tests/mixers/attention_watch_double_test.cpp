// What attention did, as a watch adds it up tile by tile, against weights by definition.
#include <optional>

#include "core/terms/attention_watch.hpp"
#include "tests/mixers/by_definition.hpp"

using namespace lengthwise;
using namespace lengthwise::test;

namespace {

constexpr int first = 40, counted = 65, trained = 30;

// Facts of head h, pair by pair; a sink, where there is one, has this logit.
template <class E>
watched_head right_of(const E& e, const problem& p, const numbers& parameters, const numbers& gates, int h,
                      std::optional<double> sink_logit) {
  const attention_extents& n = p.extents;
  const auto values = [](const numbers& of) { return directed(of, numbers(of.size())); };
  const std::vector<along> packed = values(p.packed), learned = values(parameters), q = head_part(packed, n, 0, 0, h),
                           k = head_part(packed, n, 0, 1, h), v = head_part(packed, n, 0, 2, h);
  std::vector<along> gate;
  for (int i = 0; i < n.time && !gates.empty(); ++i)
    gate.push_back(along(gates[static_cast<std::size_t>(i * n.heads + h)]));
  const reading_by_places reading(p.places);
  const reference_attention<E, along, reading_by_places> definition{e,       p.model, head{h, n.heads}, q, k, v,
                                                                    learned, gate,    reading};
  watched_head right;
  for (int i = first; i < first + counted; ++i) {
    double sum = sink_logit ? std::exp(*sink_logit) : 0, entropy = 0;
    std::vector<double> logits;
    for (int j = 0; j <= i; ++j) logits.push_back(definition.logit(i, j).value), sum += std::exp(logits.back());
    if (sink_logit) entropy -= std::exp(*sink_logit) / sum * (*sink_logit - std::log(sum));
    for (int j = 0; j <= i; ++j) {
      const double logit = logits[static_cast<std::size_t>(j)], weight = std::exp(logit) / sum;
      if (weight > 0) entropy -= weight * std::log(weight);
      right.at(attention_fact::mean_distance) += weight * (i - j);
      if (j == 0) right.at(attention_fact::first_key) += weight;
      if (i - j >= trained) right.at(attention_fact::beyond_trained) += weight;
      right.at(attention_fact::largest_logit) = std::max(right.at(attention_fact::largest_logit), logit);
      const auto band = static_cast<std::size_t>(i == j ? 0 : 1 + static_cast<int>(std::log2(i - j)));
      right.logits[band] += logit, right.pairs[band] += 1;
    }
    right.at(attention_fact::entropy) += entropy, right.at(attention_fact::keys_in_effect) += std::exp(entropy);
  }
  return right;
}

template <class E>
void check_watch(const E& e, const encoding& face, const attention_config& choices, std::optional<double> sink_logit) {
  const problem p(1, 131, 2, 6);
  numbers parameters = trained_like(face, p.model), gates;
  if (face.gated()) gates = gate_logits(p, parameters);
  attention_tables tables = face.make_tables(p.model, choices, p.places);
  numbers all = parameters;
  all.resize(parameters.size() + 8);  // what is learned beside the encoding starts at 0
  tables.fill(all.data());
  auto made = std::make_unique<attention_watch>(tables.site(p.model), trained, tables.sink());
  attention_watch& watch = *made;
  tables.add(std::move(made), 0);
  watch.watch(first, counted);
  numbers packed = p.packed, output(p.d_output.size()), sums(static_cast<std::size_t>(p.extents.tokens() * 2)),
          scratch(mixer_of(tables).scratch_count(tables, p.extents));
  mixer_of(tables).forward(
      {p.extents, &tables, packed.data(), gates.data(), output.data(), nullptr, sums.data(), scratch.data()});
  for (int h = 0; h < 2; ++h) {
    const watched_head right = right_of(e, p, parameters, gates, h, sink_logit),
                       own = watch.heads()[static_cast<std::size_t>(h)];
    for (std::size_t f = 0; f < attention_facts; ++f)
      BOOST_TEST(std::abs(own.facts[f] - right.facts[f]) < 1e-9 * (1 + std::abs(right.facts[f])),
                 f << ": " << own.facts[f] << ", not " << right.facts[f]);
    for (std::size_t b = 0; b < distance_bands; ++b) {
      BOOST_TEST(own.pairs[b] == right.pairs[b]);
      BOOST_TEST(std::abs(own.logits[b] - right.logits[b]) < 1e-9 * (1 + std::abs(right.logits[b])));
    }
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(attention_watches)

BOOST_AUTO_TEST_CASE(tell_what_weights_by_definition_are_for_every_encoding) {
  for_every_encoding([&](const auto& e, const encoding& face) {
    BOOST_TEST_CONTEXT(face.name()) check_watch(e, face, {}, std::nullopt);
  });
}
BOOST_AUTO_TEST_CASE(a_sink_takes_its_share) {
  check_watch(encodings::rope{}, *make_encoding("rope"), {.sink = sink_kind::one}, 0.0);
  check_watch(encodings::alibi{}, *make_encoding("alibi"), {.sink = sink_kind::learned}, 0.0);
}
BOOST_AUTO_TEST_CASE(without_logits_all_keys_are_in_effect) {
  problem p(1, 70, 1, 4);
  std::ranges::fill(p.packed, real(0));
  attention_tables tables = make_encoding("none")->make_tables(p.model, {}, p.places);
  auto made = std::make_unique<attention_watch>(tables.site(p.model), 10, nullptr);
  attention_watch& watch = *made;
  tables.add(std::move(made), 0);
  watch.watch(69, 1);
  numbers output(p.d_output.size()), sums(70), scratch(mixer_of(tables).scratch_count(tables, p.extents));
  mixer_of(tables).forward(
      {p.extents, &tables, p.packed.data(), nullptr, output.data(), nullptr, sums.data(), scratch.data()});
  watched_head own = watch.heads()[0];
  BOOST_TEST(std::abs(own.at(attention_fact::keys_in_effect) - 70) < 1e-9);
  BOOST_TEST(std::abs(own.at(attention_fact::entropy) - std::log(70)) < 1e-12);
  BOOST_TEST(std::abs(own.at(attention_fact::first_key) - 1.0 / 70) < 1e-12);
  BOOST_TEST(std::abs(own.at(attention_fact::beyond_trained) - 60.0 / 70) < 1e-12);
  BOOST_TEST(std::abs(own.at(attention_fact::mean_distance) - 69 / 2.0) < 1e-9);
}

BOOST_AUTO_TEST_SUITE_END()
