#include "core/attention/joined_encodings.hpp"

#include <algorithm>
#include <limits>
#include <mutex>
#include <set>

namespace lengthwise {
namespace {

// Names of keys and parameters outlive whoever asks for them.
std::string_view kept(const std::string& name) {
  static std::mutex guard;
  static std::set<std::string> all;
  const std::lock_guard lock(guard);
  return *all.insert(name).first;
}
std::string_view qualified(const encoding& e, std::string_view name) {
  return kept(std::string(e.name()) + "." + std::string(name));
}

}  // namespace

property claims_in(const encoding& e) {
  property claims = property::none;
  for (const property_claim& c : e.claims())
    if (c.claimed) claims = claims | c.words.what;
  return claims;
}

joined_encodings::joined_encodings(std::vector<std::unique_ptr<encoding>> all, std::string name, std::string_view how)
    : all_(std::move(all)), name_(std::move(name)) {
  for (const auto& e : all_) {
    const std::string_view between = e == all_.front() ? "" : "; ";
    title_ += std::string(e == all_.front() ? "" : " and ") + std::string(e->about().title);
    formula_ += std::string(between) + std::string(e->about().formula);
    source_ += std::string(between) + std::string(e->about().source);
  }
  about_ = {title_, formula_, source_, how};
}
std::vector<std::unique_ptr<encoding>> joined_encodings::clones() const {
  std::vector<std::unique_ptr<encoding>> copies;
  for (const auto& e : all_) copies.push_back(e->clone());
  return copies;
}
void joined_encodings::claim(property claims) {
  for (std::size_t i = 0; i < claims_.size(); ++i) {
    const bool claimed = contains(claims, all_properties[i].what);
    claims_[i] = {all_properties[i], claimed, claimed ? "by rule, from what its parts claim" : ""};
  }
}

bool joined_encodings::includes(std::string_view one) const {
  return one == name_ || std::ranges::any_of(all_, [&](const auto& e) { return e->includes(one); });
}
hook joined_encodings::hooks() const {
  hook all = hook::none;
  for (const auto& e : all_) all = all | e->hooks();
  return all;
}

// Calls f(the encoding, its option's number, the name that it has here).
template <class F>
void joined_encodings::for_each_option(F&& f) const {
  std::multiset<std::string> names;
  for (const auto& e : all_)
    for (const named_value& v : e->options()) names.insert(v.name);
  for (const bool shared : {false, true})  // one section of a file after the other
    for (const auto& e : all_) {
      const std::vector<named_value> own = e->options();
      for (std::size_t i = 0; i < own.size(); ++i)
        if ((names.count(own[i].name) > 1) == shared) f(*e, i, shared ? qualified(*e, own[i].name) : kept(own[i].name));
    }
}
std::string joined_encodings::assign(std::string_view key, const config_value& value, bool& known) {
  known = false;
  for (const auto& e : all_) {
    const std::string prefix = std::string(e->name()) + ".";
    const std::string_view own = key.starts_with(prefix) ? key.substr(prefix.size()) : key;
    bool knows = false;
    const std::string problem = e->assign(own, value, knows);
    known = known || knows;
    if (!problem.empty()) return problem;
  }
  return "";
}
std::vector<named_value> joined_encodings::options() const {
  std::vector<named_value> all;
  for_each_option([&](const encoding& e, std::size_t i, std::string_view name) {
    all.push_back(e.options()[i]);
    all.back().name = name;
  });
  return all;
}
std::vector<field_help> joined_encodings::option_helps() const {
  std::vector<field_help> all;
  for_each_option([&](const encoding& e, std::size_t i, std::string_view name) {
    all.push_back(e.option_helps()[i]);
    all.back().name = name;
  });
  return all;
}
std::vector<allowed_values> joined_encodings::option_values() const {
  std::vector<allowed_values> all;
  for_each_option([&](const encoding& e, std::size_t i, std::string_view) { all.push_back(e.option_values()[i]); });
  return all;
}

std::vector<parameter> joined_encodings::learned(const model_extents& x) const {
  std::multiset<std::string_view> names;
  for (const auto& e : all_)
    for (const parameter& p : e->learned(x)) names.insert(p.name);
  std::vector<parameter> all;
  for (const auto& e : all_)
    for (parameter p : e->learned(x)) {
      if (names.count(p.name) > 1) p.name = qualified(*e, p.name);
      all.push_back(p);
    }
  return all;
}
bool joined_encodings::one_for_all_layers() const {
  return std::ranges::all_of(all_, [](const auto& e) { return e->one_for_all_layers(); });
}

signal_shape joined_encodings::signals(const model_extents& x) const {
  for (const auto& e : all_)
    if (const signal_shape own = e->signals(x); own.count() > 0) return own;
  return {};
}
int joined_encodings::domain(const model_extents& x) const {
  int least = std::numeric_limits<int>::max();
  for (const auto& e : all_) least = std::min(least, e->domain(x));
  return least;
}
double joined_encodings::embedding_scale(int width) const {
  double product = 1;
  for (const auto& e : all_) product *= e->embedding_scale(width);
  return product;
}
double joined_encodings::stretch_reach(const model_extents& x) const {
  double least = std::numeric_limits<double>::infinity();
  for (const auto& e : all_) least = std::min(least, e->stretch_reach(x));
  return least;
}

}  // namespace lengthwise
