// A task at run time: what training and evaluation need of it, whatever its type.
#pragma once
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/config/value.hpp"
#include "core/hooks/task_defaults.hpp"

namespace lengthwise {

class task {
 public:
  virtual ~task() = default;
  virtual std::unique_ptr<task> clone() const = 0;

  virtual std::string_view name() const = 0;
  virtual const task_card& about() const = 0;

  virtual std::string assign(std::string_view key, const config_value& value, bool& known) = 0;
  virtual std::vector<named_value> options() const = 0;
  virtual std::vector<field_help> option_helps() const = 0;

  // Of items of length n: what is wrong with the keys, how many symbols, and how often a guess among the symbols that
  // an answer may be is right.
  virtual config_problem problem(int n) const = 0;
  virtual int tokens(int n) const = 0;
  virtual double guess() const = 0;
  virtual int shortest() const = 0;
  virtual void write(task_writer&, const task_draws&, int n) const = 0;
};

struct registered_task {
  std::string_view name;
  std::unique_ptr<task> (*make)();
};
std::span<const registered_task> registered_tasks();
// Null for a name that there is not.
std::unique_ptr<task> make_task(std::string_view name);

}  // namespace lengthwise
