#include "core/reading/view.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace lengthwise {
namespace {

// Whether tokens may stand at fractions.
bool has_fractions(const view& v) {
  const attention_places places = v.places({.time = 8, .trained = 3});
  for (const attention_zone& z : places.zones)
    for (const double at : z.queries->positions)
      if (at != std::floor(at)) return true;
  return false;
}

}  // namespace

void share_lists(attention_places& places) {
  std::vector<std::shared_ptr<const token_places>> known;
  const auto share = [&](std::shared_ptr<const token_places>& list) {
    for (const auto& k : known)
      if (k->positions == list->positions && k->tokens == list->tokens) {
        list = k;
        return;
      }
    known.push_back(list);
  };
  for (attention_zone& z : places.zones) share(z.queries), share(z.keys);
}

std::string view_problem(const view& v, const encoding& e) {
  for (const view* part : v.parts()) {
    if (part->changes() == view_changes::frequencies && !any_of(e.hooks(), hook::angle))
      return fmt::format("view {} changes the frequencies of a rotation, and {} turns nothing", part->name(), e.name());
    if (part->changes() == view_changes::distances && e.acts_on_input())
      return fmt::format(
          "view {} tells pairs of tokens their distance, and {} adds positions to the input, where there "
          "are no pairs",
          part->name(), e.name());
    if (part->changes() == view_changes::distances && any_of(e.hooks(), hook::gate | hook::row))
      return fmt::format("view {} tells pairs of tokens their distance, and {} finds distances in the text",
                         part->name(), e.name());
    if (any_of(e.hooks(), hook::row) && part->places({.time = 8, .trained = 3}).zones.size() > 1)
      return fmt::format("view {} leaves out keys between others, and {} counts all that lie between", part->name(),
                         e.name());
    if (any_of(e.hooks(), hook::input_row) && has_fractions(*part))
      return fmt::format("view {} puts tokens between positions, and {} has a row for whole ones only", part->name(),
                         e.name());
  }
  return "";
}

const view& raw_view() {
  static const std::unique_ptr<view> raw = make_view("raw");
  return *raw;
}

std::unique_ptr<view> make_view(std::string_view names) {
  const std::span<const registered_view> known = registered_views();
  std::vector<std::unique_ptr<view>> parts;
  for (std::size_t begin = 0; begin <= names.size();) {
    const std::size_t end = std::min(names.find('+', begin), names.size());
    const auto entry = std::ranges::find(known, names.substr(begin, end - begin), &registered_view::name);
    if (entry == known.end()) return nullptr;
    parts.push_back(entry->make());
    begin = end + 1;
  }
  return joined(std::move(parts));
}

}  // namespace lengthwise
