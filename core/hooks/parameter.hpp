// Learned parameters of an encoding: declared by name, shape and initial distribution; stored flat; seen by scalar
// hooks as a struct of named numbers, one struct per head.
#pragma once
#include <array>
#include <bit>
#include <cstddef>
#include <string_view>
#include <type_traits>

#include "core/hooks/position.hpp"
#include "core/math/dual.hpp"
#include "core/math/tape.hpp"

namespace lengthwise {

struct distribution {
  enum class kind { constant, uniform, normal, by_head } shape = kind::constant;
  double first = 0, second = 0;  // the constant; low and high; mean and deviation; first + second (h + 1)/H for head h
  constexpr bool operator==(const distribution&) const = default;
};
constexpr distribution constant(double value) { return {distribution::kind::constant, value, 0}; }
constexpr distribution uniform(double low, double high) { return {distribution::kind::uniform, low, high}; }
constexpr distribution normal(double mean, double deviation) { return {distribution::kind::normal, mean, deviation}; }
constexpr distribution by_head(double start, double rise) { return {distribution::kind::by_head, start, rise}; }
// A value that the distribution typically takes, away from special points: for checks at compile time.
constexpr double typical(distribution d) {
  return d.shape == distribution::kind::constant  ? d.first
         : d.shape == distribution::kind::uniform ? 0.5 * (d.first + d.second)
         : d.shape == distribution::kind::by_head ? d.first + 0.5 * d.second
                                                  : d.first + 0.5 * d.second;
}

// Shape: rows x columns of each head or of all heads together; an extent of 1 that was not asked for is not written.
struct parameter {
  std::string_view name;
  bool per_head = false;
  int rows = 1, columns = 1;
  distribution initial;
  // Whether weight decay acts on it. On a matrix that activations are multiplied with it does, as on the model's own.
  // On scalars and on tables by position it does not: rows that are far, or seldom met, would be drawn to 0, and that
  // would be a rule about length.
  bool decays = false;
  constexpr bool operator==(const parameter&) const = default;

  constexpr std::size_t count_each() const {
    return static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns);
  }
  constexpr std::size_t count(int heads) const {
    return count_each() * (per_head ? static_cast<std::size_t>(heads) : 1);
  }
};
constexpr parameter per_head(std::string_view name, distribution initial, int columns = 1, int rows = 1) {
  return {name, true, rows, columns, initial, false};
}
constexpr parameter shared_by_heads(std::string_view name, distribution initial, int columns = 1, int rows = 1) {
  return {name, false, rows, columns, initial, false};
}

// A weight matrix: it starts with variance 1 / inputs and decays, as the model's matrices do.
constexpr parameter weight_matrix(parameter p, int inputs) {
  p.initial = normal(0, 1 / math::sqrt(static_cast<double>(inputs)));
  p.decays = true;
  return p;
}

// An encoding whose scalar hooks learn nothing.
template <class S>
struct no_parameters {};

template <class E, class S>
using parameters = typename E::template parameters<S>;
// How many numbers a scalar hook of one head sees.
template <class E>
inline constexpr std::size_t scalar_parameter_count = std::is_empty_v<parameters<E, double>>
                                                          ? 0
                                                          : sizeof(parameters<E, double>) / sizeof(double);

template <class E>
inline constexpr bool has_scalar_parameters = scalar_parameter_count<E> != 0;

template <class E, class S>
constexpr parameters<E, S> as_parameters(const std::array<S, scalar_parameter_count<E>>& flat) {
  if constexpr (!has_scalar_parameters<E>)
    return {};
  else
    return std::bit_cast<parameters<E, S>>(flat);
}

// Where number `slot` of a head's struct lives in the flat storage of all declared parameters; `not_declared` for one
// that the keys leave out: it is 0, and nothing is learned of it.
inline constexpr std::size_t not_declared = static_cast<std::size_t>(-1);
template <class Declared>
constexpr std::size_t storage_index(const Declared& declared, int heads, int head_index, std::size_t slot) {
  std::size_t at = 0;
  for (const parameter& p : declared) {
    if (slot < p.count_each())
      return at + (p.per_head ? static_cast<std::size_t>(head_index) * p.count_each() : 0) + slot;
    slot -= p.count_each();
    at += p.count(heads);
  }
  return not_declared;
}
template <class T, class Declared>
constexpr double stored(const T* storage, const Declared& declared, head h, std::size_t slot) {
  const std::size_t at = storage_index(declared, h.count, h.index, slot);
  return at == not_declared ? 0.0 : static_cast<double>(storage[at]);
}

// One head's parameters as independent variables, ready to be differentiated.
template <class E, class T, class Declared>
constexpr auto as_variables(const Declared& declared, const T* storage, head h) {
  using S = dual<double, scalar_parameter_count<E>>;
  std::array<S, scalar_parameter_count<E>> flat{};
  for (std::size_t i = 0; i < flat.size(); ++i) flat[i] = S::variable(stored(storage, declared, h, i), i);
  return as_parameters<E, S>(flat);
}
template <class E, class S = double, class T, class Declared>
constexpr auto as_values(const Declared& declared, const T* storage, head h) {
  std::array<S, scalar_parameter_count<E>> flat{};
  for (std::size_t i = 0; i < flat.size(); ++i) flat[i] = S(stored(storage, declared, h, i));
  return as_parameters<E, S>(flat);
}
// The same on a tape, as its only variables.
template <class E, class T, class Declared>
auto as_variables(tape& record, const Declared& declared, const T* storage, head h) {
  std::array<taped, scalar_parameter_count<E>> flat;
  record.begin();
  for (std::size_t i = 0; i < flat.size(); ++i) flat[i] = record.variable(stored(storage, declared, h, i));
  return as_parameters<E, taped>(flat);
}

}  // namespace lengthwise
