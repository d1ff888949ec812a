// The run-time face of one task type: everything follows from its header.
#pragma once
#include "core/items/task.hpp"

namespace lengthwise {

template <class T>
class task_of final : public task {
 public:
  explicit task_of(std::string_view name) : name_(name) {}
  std::unique_ptr<task> clone() const override { return std::make_unique<task_of>(*this); }

  std::string_view name() const override { return name_; }
  const task_card& about() const override { return T::about; }

  std::string assign(std::string_view key, const config_value& value, bool& known) override {
    return assign_field(t_, key, value, known);
  }
  std::vector<named_value> options() const override { return field_values(t_); }
  std::vector<field_help> option_helps() const override { return field_helps<T>(); }

  config_problem problem(int n) const override { return t_.problem(n); }
  int tokens(int n) const override { return t_.tokens(n); }
  double guess() const override { return t_.guess(); }
  int shortest() const override { return t_.shortest(); }
  void write(task_writer& w, const task_draws& drawn, int n) const override { t_.write(w, drawn, n); }

 private:
  std::string_view name_;
  T t_;
};

}  // namespace lengthwise
