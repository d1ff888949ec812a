// Reverse-mode derivatives that the compiler can take: a number that writes what is done with it into a recording,
// which is then read backwards. For proofs; programs use core/math/tape.hpp.
#pragma once
#include "core/math/scalar.hpp"

namespace lengthwise::test {

struct recording {
  struct operation {
    int a, b;  // of what it was made; 0 is no number
    double slope_a, slope_b;
  };
  static constexpr int most = 1 << 15;
  operation done[most];  // not initialised: each is written before it is read
  double adjoint[most];
  int count = 1;

  constexpr recording() {}  // NOLINT: as said above
  constexpr int add(int a, double slope_a, int b, double slope_b) {
    done[count] = {a, b, slope_a, slope_b};
    return count++;
  }
};

struct recorded {
  double value = 0;
  int slot = 0;
  recording* home = nullptr;

  constexpr recorded() = default;
  constexpr recorded(double constant) : value(constant) {}
  constexpr recorded(int constant) : value(constant) {}
  constexpr recorded(double v, const recorded& a, double slope) : recorded(v, a, slope, recorded(), 0) {}
  constexpr recorded(double v, const recorded& a, double slope_a, const recorded& b, double slope_b)
      : value(v), home(a.home != nullptr ? a.home : b.home) {
    if (home != nullptr) slot = home->add(a.slot, slope_a, b.slot, slope_b);
  }
  static constexpr recorded variable(recording& r, double value) {
    recorded v(value);
    v.home = &r, v.slot = r.add(0, 0, 0, 0);
    return v;
  }

  friend constexpr recorded operator-(const recorded& a) { return {-a.value, a, -1}; }
  friend constexpr recorded operator+(const recorded& a, const recorded& b) { return {a.value + b.value, a, 1, b, 1}; }
  friend constexpr recorded operator-(const recorded& a, const recorded& b) { return {a.value - b.value, a, 1, b, -1}; }
  friend constexpr recorded operator*(const recorded& a, const recorded& b) {
    return {a.value * b.value, a, b.value, b, a.value};
  }
  friend constexpr recorded operator/(const recorded& a, const recorded& b) {
    const double quotient = a.value / b.value;
    return {quotient, a, 1 / b.value, b, -quotient / b.value};
  }
  constexpr recorded& operator+=(const recorded& other) { return *this = *this + other; }
  friend constexpr double value_of(const recorded& x) { return x.value; }
  friend constexpr recorded exp(const recorded& x) {
    const double e = math::exp(x.value);
    return {e, x, e};
  }
  friend constexpr recorded log(const recorded& x) { return {math::log(x.value), x, 1 / x.value}; }
  friend constexpr recorded sin(const recorded& x) { return {math::sin(x.value), x, math::cos(x.value)}; }
  friend constexpr recorded cos(const recorded& x) { return {math::cos(x.value), x, -math::sin(x.value)}; }
  friend constexpr recorded sqrt(const recorded& x) {
    const double root = math::sqrt(x.value);
    return {root, x, 1 / (2 * root)};
  }
};

// Fills the recording's adjoints: d result / d everything before it.
constexpr void read_backwards(recording& r, const recorded& result) {
  for (int i = 0; i < r.count; ++i) r.adjoint[i] = 0;
  r.adjoint[result.slot] = 1;
  for (int i = r.count - 1; i > 0; --i) {
    const recording::operation& o = r.done[i];
    r.adjoint[o.a] += o.slope_a * r.adjoint[i], r.adjoint[o.b] += o.slope_b * r.adjoint[i];
  }
}

}  // namespace lengthwise::test
