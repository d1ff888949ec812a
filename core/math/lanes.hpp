// A few numbers at once: a formula written over the number type is evaluated at as many places in one go. Every lane
// has the bits that a double would have. There is no comparison of lanes: formulas choose by max, min, abs and relu.
#pragma once
#include "core/math/scalar.hpp"

namespace lengthwise {

struct lanes {
  static constexpr int count = 4;
  typedef double vector __attribute__((vector_size(count * sizeof(double))));
  typedef std::uint64_t bits __attribute__((vector_size(count * sizeof(double))));
  vector each;

  lanes() : lanes(0.0) {}
  lanes(double all) : each{all, all, all, all} {}
  lanes(int all) : lanes(static_cast<double>(all)) {}
  explicit lanes(vector v) : each(v) {}

  friend lanes operator-(const lanes& a) { return lanes(-a.each); }
  friend lanes operator+(const lanes& a, const lanes& b) { return lanes(a.each + b.each); }
  friend lanes operator-(const lanes& a, const lanes& b) { return lanes(a.each - b.each); }
  friend lanes operator*(const lanes& a, const lanes& b) { return lanes(a.each * b.each); }
  friend lanes operator/(const lanes& a, const lanes& b) { return lanes(a.each / b.each); }
  lanes& operator+=(const lanes& other) { return *this = *this + other; }

  // Hidden friends: argument-dependent lookup finds them from the templates of lengthwise::math too.
  friend lanes abs(const lanes& x) { return lanes(x.each < 0 ? -x.each : x.each); }
  friend lanes relu(const lanes& x) { return lanes(x.each <= 0 ? vector{} : x.each); }
  friend lanes max(const lanes& a, const lanes& b) { return lanes(a.each < b.each ? b.each : a.each); }
  friend lanes min(const lanes& a, const lanes& b) { return lanes(b.each < a.each ? b.each : a.each); }
  // Lane by lane: a < b ? yes : no.
  friend lanes where_less(const lanes& a, const lanes& b, const lanes& yes, const lanes& no) {
    return lanes(a.each < b.each ? yes.each : no.each);
  }
  friend lanes exp(const lanes& x) { return x.through(math::series::exp); }
  friend lanes log(const lanes& x) { return lanes(math::series::log_of<vector, bits>(x.each)); }
  friend lanes sin(const lanes& x) { return x.through(math::sin<double>); }
  friend lanes cos(const lanes& x) { return x.through(math::cos<double>); }
  friend lanes sqrt(const lanes& x) { return x.through(math::series::sqrt); }
  friend lanes sigmoid(const lanes& x) { return x.through(math::sigmoid<double>); }
  friend lanes log_sigmoid(const lanes& x) { return x.through(math::log_sigmoid<double>); }

 private:
  template <class F>
  lanes through(F&& f) const {
    lanes out;
    for (int i = 0; i < count; ++i) out.each[i] = f(each[i]);
    return out;
  }
};

}  // namespace lengthwise
