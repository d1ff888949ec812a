// Forward-mode derivatives: a value with its gradient over N variables (Wengert 1964; Clifford's dual numbers).
// An encoding's formula, written once over the number type, gives its gradient when it is fed with these.
#pragma once
#include <array>
#include <cstddef>

#include "core/math/scalar.hpp"

namespace lengthwise {

template <std::floating_point T, std::size_t N>
struct dual {
  // Many variables are padded to whole vectors, without which compilers take them one by one.
  static constexpr std::size_t slots = N < 4 ? N : (N + 3) / 4 * 4;
  T value;
  std::array<T, slots> gradient;

  constexpr dual() : dual(T(0)) {}
  constexpr dual(T constant) : value(constant), gradient{} {}
  constexpr dual(int constant) : dual(static_cast<T>(constant)) {}

  static constexpr dual variable(T value, std::size_t index) {
    dual d(value);
    d.gradient[index] = 1;
    return d;
  }
  // f(x) where f'(x) is known: the chain rule, written once.
  constexpr dual chain(T f, T slope) const {
    dual out(f, unfilled());
    for (std::size_t i = 0; i < slots; ++i) out.gradient[i] = slope * gradient[i];
    return out;
  }

  friend constexpr dual operator-(const dual& a) { return a.chain(-a.value, -1); }
  friend constexpr dual operator+(const dual& a, const dual& b) {
    dual out(a.value + b.value, unfilled());
    for (std::size_t i = 0; i < slots; ++i) out.gradient[i] = a.gradient[i] + b.gradient[i];
    return out;
  }
  constexpr dual& operator+=(const dual& other) {
    value += other.value;
    for (std::size_t i = 0; i < slots; ++i) gradient[i] += other.gradient[i];
    return *this;
  }
  friend constexpr dual operator-(const dual& a, const dual& b) {
    dual out(a.value - b.value, unfilled());
    for (std::size_t i = 0; i < slots; ++i) out.gradient[i] = a.gradient[i] - b.gradient[i];
    return out;
  }
  friend constexpr dual operator*(const dual& a, const dual& b) {
    dual out(a.value * b.value, unfilled());
    for (std::size_t i = 0; i < slots; ++i) out.gradient[i] = b.value * a.gradient[i] + a.value * b.gradient[i];
    return out;
  }
  friend constexpr dual operator/(const dual& a, const dual& b) {
    dual out(a.value / b.value, unfilled());
    for (std::size_t i = 0; i < slots; ++i) out.gradient[i] = (a.gradient[i] - out.value * b.gradient[i]) / b.value;
    return out;
  }
  friend constexpr bool operator<(const dual& a, const dual& b) { return a.value < b.value; }
  friend constexpr bool operator>(const dual& a, const dual& b) { return a.value > b.value; }

  // Hidden friends: argument-dependent lookup finds them from the templates of lengthwise::math too.
  friend constexpr T value_of(const dual& x) { return x.value; }
  friend constexpr dual exp(const dual& x) {
    const T e = math::exp(x.value);
    return x.chain(e, e);
  }
  friend constexpr dual log(const dual& x) { return x.chain(math::log(x.value), 1 / x.value); }
  friend constexpr dual sin(const dual& x) { return x.chain(math::sin(x.value), math::cos(x.value)); }
  friend constexpr dual cos(const dual& x) { return x.chain(math::cos(x.value), -math::sin(x.value)); }
  friend constexpr dual sqrt(const dual& x) {
    const T root = math::sqrt(x.value);
    return x.chain(root, 1 / (2 * root));
  }
  friend constexpr dual abs(const dual& x) { return x.value < 0 ? -x : x; }
  friend constexpr dual relu(const dual& x) { return x.value <= 0 ? dual() : x; }
  friend constexpr dual max(const dual& a, const dual& b) { return a.value < b.value ? b : a; }
  friend constexpr dual min(const dual& a, const dual& b) { return b.value < a.value ? b : a; }
  friend constexpr dual projected(dual x, double low, double high = std::numeric_limits<double>::infinity()) {
    x.value = math::projected(x.value, low, high);
    return x;
  }

 private:
  struct unfilled {};  // whoever asks for it writes every slot
  constexpr dual(T v, unfilled) : value(v) {}
};

}  // namespace lengthwise
