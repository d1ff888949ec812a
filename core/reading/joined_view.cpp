// Views that read as each of them says.
#include <fmt/format.h>

#include <algorithm>
#include <cassert>

#include "core/reading/view.hpp"
#include "core/storage/errors.hpp"

namespace lengthwise {
namespace {

class joined_view final : public view {
 public:
  explicit joined_view(std::vector<std::unique_ptr<view>> parts) : parts_(std::move(parts)) {
    for (const auto& part : parts_) name_ += fmt::format("{}{}", name_.empty() ? "" : "+", part->name());
  }
  std::unique_ptr<view> clone() const override {
    std::vector<std::unique_ptr<view>> copies;
    for (const auto& part : parts_) copies.push_back(part->clone());
    return std::make_unique<joined_view>(std::move(copies));
  }
  std::string_view name() const override { return name_; }
  const card& about() const override {
    static constexpr card about{"views joined", "as each of them says", "see each"};
    return about;
  }
  view_changes changes() const override { return view_changes::nothing; }  // its parts do
  view_aspects aspects() const override {
    view_aspects all = view_aspects::none;
    for (const auto& part : parts_) all = all | part->aspects();
    return all;
  }
  std::vector<const view*> parts() const override {
    std::vector<const view*> all;
    for (const auto& part : parts_) all.push_back(part.get());
    return all;
  }
  bool extends() const override {
    return std::ranges::all_of(parts_, [](const auto& p) { return p->extends(); });
  }

  std::string assign(std::string_view key, const config_value& value, bool& known) override {
    known = false;
    std::string problem;
    for (const auto& part : parts_)
      if (!known) problem = part->assign(key, value, known);
    return problem;
  }
  std::vector<named_value> options() const override { return {}; }  // they stand under their own views
  std::vector<field_help> option_helps() const override { return {}; }
  config_problem problem(const reading_extents& x) const override {
    for (const auto& part : parts_)
      if (const config_problem p = part->problem(x); !p.empty()) return p;
    return {};
  }

  int tokens(const reading_extents& x) const override { return changing(view_aspects::window).tokens(x); }
  int foreign_count(const reading_extents& x, int scored) const override {
    return changing(view_aspects::text).foreign_count(x, scored);
  }
  attention_places places(const reading_extents& x) const override {
    const view_aspects decides = any_of(aspects(), view_aspects::window) ? view_aspects::window : view_aspects::pairs;
    attention_places all = changing(decides).places(x);
    all.turn = changing(view_aspects::planes).places(x).turn;
    all.factors.clear();
    for (const auto& part : parts_) {
      const std::vector<double> own = part->places(x).factors;
      if (own.empty()) continue;
      all.factors.resize(own.size(), 1);
      for (std::size_t i = 0; i < own.size(); ++i) all.factors[i] *= own[i];
    }
    return all;
  }

  std::string_view chosen_key() const override {
    for (const auto& part : parts_)
      if (!part->chosen_key().empty()) return part->chosen_key();
    return {};
  }
  std::span<const double> candidates() const override {
    for (const auto& part : parts_)
      if (!part->chosen_key().empty()) return part->candidates();
    return {};
  }

 private:
  // The part that changes this, or one that leaves it as it is.
  const view& changing(view_aspects what) const {
    for (const auto& part : parts_)
      if (any_of(part->aspects(), what)) return *part;
    return *parts_.front();
  }
  std::vector<std::unique_ptr<view>> parts_;
  std::string name_;
};

}  // namespace

std::unique_ptr<view> joined(std::vector<std::unique_ptr<view>> parts) {
  assert(!parts.empty());
  if (parts.size() == 1) return std::move(parts.front());
  constexpr view_aspects of_one =
      view_aspects::window | view_aspects::text | view_aspects::pairs | view_aspects::planes;
  for (std::size_t i = 0; i < parts.size(); ++i)
    for (std::size_t j = 0; j < i; ++j) {
      const view &a = *parts[j], &b = *parts[i];
      const bool same = (static_cast<unsigned>(a.aspects()) & static_cast<unsigned>(b.aspects()) &
                         static_cast<unsigned>(of_one)) != 0 ||
                        a.name() == b.name();
      const bool cuts = any_of(a.aspects() | b.aspects(), view_aspects::window);
      if (same || cuts)
        throw usage_error(
            fmt::format("views {} and {} cannot be joined: {}", a.name(), b.name(),
                        same ? "both change the same thing of a reading" : "one of them reads a shorter window"));
    }
  return std::make_unique<joined_view>(std::move(parts));
}

}  // namespace lengthwise
