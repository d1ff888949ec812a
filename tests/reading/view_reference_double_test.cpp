// Kernels that read in a view against attention by definition, every view with every encoding that it is for.
#include "core/reading/view.hpp"
#include "tests/mixers/by_definition.hpp"

using namespace lengthwise;
using namespace lengthwise::test;

namespace {

constexpr int heads = 2, head_width = 6;

// A window of 70 tokens, so that tiles of queries and blocks of keys cross the borders of zones.
void check_view(const view& v, reading_extents x) {
  problem p(1, v.tokens(x), heads, head_width);
  p.model.train_length = x.trained;
  p.places = v.places(x);
  for_every_encoding([&](const auto& e, const encoding& face) {
    const auto furthest = [&](const attention_zone& z) { return std::ranges::max(z.queries->positions); };
    if (!view_problem(v, face).empty() || furthest(p.places.zones[0]) >= face.domain(p.model)) return;
    BOOST_TEST_CONTEXT(v.name() << " with " << face.name()) check(p, e, face);
  });
}

}  // namespace

BOOST_AUTO_TEST_SUITE(views)

BOOST_AUTO_TEST_CASE(every_view_reads_as_the_definition_does) {
  for (const registered_view& entry : registered_views()) {
    const std::unique_ptr<view> v = entry.make();
    bool known = false;
    if (entry.name == "longrope") v->assign("factors", config_list{1.0, 1.5, 4.0}, known);
    if (entry.name == "tempered") v->assign("factor", 1.3, known);
    check_view(*v, {70, 16});
  }
}
BOOST_AUTO_TEST_CASE(joined_views_read_as_the_definition_does) {
  for (const char* names : {"rerope+logn", "dual_chunk+ntk", "streaming+yarn", "thin+logn"})
    check_view(*make_view(names), {70, 16});
}

BOOST_AUTO_TEST_SUITE_END()
