// A view at run time: what an evaluation needs of it, whatever its type. Views joined by + (rerope+logn) read as each
// of them says, where no two change the same thing.
#pragma once
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/attention/encoding.hpp"
#include "core/hooks/view_defaults.hpp"

namespace lengthwise {

// What of a reading a view changes. Two views may be joined where these are apart; factors of rows multiply.
enum class view_aspects : unsigned { none = 0, window = 1, text = 2, pairs = 4, planes = 8, rows = 16 };
constexpr view_aspects operator|(view_aspects a, view_aspects b) {
  return static_cast<view_aspects>(static_cast<unsigned>(a) | static_cast<unsigned>(b));
}
constexpr bool any_of(view_aspects set, view_aspects wanted) {
  return (static_cast<unsigned>(set) & static_cast<unsigned>(wanted)) != 0;
}

class view {
 public:
  virtual ~view() = default;
  virtual std::unique_ptr<view> clone() const = 0;

  virtual std::string_view name() const = 0;
  virtual const card& about() const = 0;
  virtual view_changes changes() const = 0;
  virtual view_aspects aspects() const = 0;
  // The views that were joined to it; itself alone.
  virtual std::vector<const view*> parts() const { return {this}; }
  // Whether it is meant to help a model, or to tell why length harms it.
  virtual bool extends() const = 0;

  virtual std::string assign(std::string_view key, const config_value& value, bool& known) = 0;
  virtual std::vector<named_value> options() const = 0;
  virtual std::vector<field_help> option_helps() const = 0;
  virtual config_problem problem(const reading_extents&) const = 0;

  // What it changes of a reading; see view_defaults.
  virtual int tokens(const reading_extents&) const = 0;
  virtual int foreign_count(const reading_extents&, int scored) const = 0;
  virtual attention_places places(const reading_extents&) const = 0;

  // The key whose value is found on validation text, with what is tried; none: all keys have values.
  virtual std::string_view chosen_key() const = 0;
  virtual std::span<const double> candidates() const = 0;
};

// Zones whose lists are equal get one, so that rows are turned once, and in place where there is but one.
void share_lists(attention_places&);

// "" or why the view is not for the encoding, in one line.
std::string view_problem(const view&, const encoding&);

struct registered_view {
  std::string_view name;
  std::unique_ptr<view> (*make)();
};
std::span<const registered_view> registered_views();
// Null for a name that there is not; names joined by + are made of the views that they name, with default keys.
std::unique_ptr<view> make_view(std::string_view names);
// Every token, in order.
const view& raw_view();
// Throws usage_error where two change the same thing. One view is itself.
std::unique_ptr<view> joined(std::vector<std::unique_ptr<view>>);

}  // namespace lengthwise
