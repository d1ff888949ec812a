// Reverse-mode derivatives (Linnainmaa 1976): a number that writes what is done with it on a tape, which is then read
// backwards. For formulas of many variables: a gradient costs a few evaluations, however many variables there are,
// where forward mode (core/math/dual.hpp) costs as many evaluations as there are variables. Lanes at a time.
#pragma once
#include <array>
#include <cstddef>
#include <stdexcept>

#include "core/math/lanes.hpp"

namespace lengthwise {

class tape;

struct taped {
  lanes value;
  tape* home = nullptr;  // none: a constant
  int slot = 0;

  taped() = default;
  taped(const lanes& constant) : value(constant) {}
  taped(double constant) : value(constant) {}
  taped(int constant) : value(constant) {}

  friend taped operator-(const taped& a) { return taped(-a.value, a, -1); }
  friend taped operator+(const taped& a, const taped& b) { return taped(a.value + b.value, a, 1, b, 1); }
  friend taped operator-(const taped& a, const taped& b) { return taped(a.value - b.value, a, 1, b, -1); }
  friend taped operator*(const taped& a, const taped& b) { return taped(a.value * b.value, a, b.value, b, a.value); }
  friend taped operator/(const taped& a, const taped& b) {
    const lanes quotient = a.value / b.value;
    return taped(quotient, a, 1 / b.value, b, -quotient / b.value);
  }
  taped& operator+=(const taped& other) { return *this = *this + other; }

  friend taped exp(const taped& x) {
    const lanes e = exp(x.value);
    return taped(e, x, e);
  }
  friend taped log(const taped& x) { return taped(log(x.value), x, 1 / x.value); }
  friend taped sin(const taped& x) { return taped(sin(x.value), x, cos(x.value)); }
  friend taped cos(const taped& x) { return taped(cos(x.value), x, -sin(x.value)); }
  friend taped sqrt(const taped& x) {
    const lanes root = sqrt(x.value);
    return taped(root, x, 1 / (2 * root));
  }
  friend taped sigmoid(const taped& x) {
    const lanes s = sigmoid(x.value);
    return taped(s, x, s * sigmoid(-x.value));
  }
  friend taped log_sigmoid(const taped& x) { return taped(log_sigmoid(x.value), x, sigmoid(-x.value)); }
  // At a tie or a kink, the slope that dual numbers take.
  friend taped abs(const taped& x) { return taped(abs(x.value), x, where_less(x.value, 0, -1, 1)); }
  friend taped relu(const taped& x) { return taped(relu(x.value), x, where_less(0, x.value, 1, 0)); }
  friend taped max(const taped& a, const taped& b) {
    const lanes second = where_less(a.value, b.value, 1, 0);
    return taped(max(a.value, b.value), a, 1 - second, b, second);
  }
  friend taped min(const taped& a, const taped& b) {
    const lanes second = where_less(b.value, a.value, 1, 0);
    return taped(min(a.value, b.value), a, 1 - second, b, second);
  }

 private:
  friend class tape;
  inline taped(const lanes& value, const taped& a, const lanes& slope_a, const taped& b, const lanes& slope_b);
  taped(const lanes& result, const taped& a, const lanes& slope) : taped(result, a, slope, taped(), 0) {}
};

class tape {
 public:
  static constexpr int most_slots = 1024;  // variables and operations of one formula

  // Forgets everything. Variables come next, numbered from 0, and then formulas of them.
  void begin() { slots = first_operation = 1, adjoints[0] = 0; }
  taped variable(double value) {
    taped v(value);
    v.home = this, v.slot = next_slot();
    first_operation = slots;
    return v;
  }
  // Adds seed times the derivatives of `result` to the variables' gradients and forgets how it came about.
  void sweep(const taped& result, const lanes& seed) {
    at(result.slot) += seed;
    for (int s = slots - 1; s >= first_operation; --s) {
      const operation& done = operations[static_cast<std::size_t>(s)];
      const lanes d = at(s);
      at(done.a) += done.slope_a * d, at(done.b) += done.slope_b * d;
    }
    slots = first_operation;
  }
  // Over all sweeps and lanes.
  double gradient(int variable) const {
    const lanes& d = adjoints[static_cast<std::size_t>(variable) + 1];
    double sum = 0;
    for (int i = 0; i < lanes::count; ++i) sum += d.each[i];
    return sum;
  }

 private:
  friend struct taped;
  struct operation {
    int a, b;
    lanes slope_a, slope_b;
  };
  lanes& at(int slot) { return adjoints[static_cast<std::size_t>(slot)]; }
  int next_slot() {
    if (slots == most_slots) throw std::length_error("a formula has more operations than a tape holds");
    at(slots) = 0;
    return slots++;
  }

  // Slot 0 takes what would go to constants; then the variables; then one for each operation.
  int slots = 1, first_operation = 1;
  std::array<operation, most_slots> operations;
  std::array<lanes, most_slots> adjoints;
};

inline taped::taped(const lanes& result, const taped& a, const lanes& slope_a, const taped& b, const lanes& slope_b)
    : value(result), home(a.home != nullptr ? a.home : b.home) {
  if (home == nullptr) return;
  slot = home->next_slot();
  home->operations[static_cast<std::size_t>(slot)] = {a.slot, b.slot, slope_a, slope_b};
}

}  // namespace lengthwise
