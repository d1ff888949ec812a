// contract(out, a, b): the axis that a and b share and out does not is summed over, and the transposes follow from the
// types. One function serves a layer's forward product and both of its gradients:
//   contract(y, x, w);    // [token, output] = [token, input] . [input, output]
//   contract(dx, dy, w);  // w is read transposed
//   contract(dw, x, dy);  // x is read transposed
#pragma once
#include <array>
#include <string>
#include <string_view>

#include "core/kernels/gemm_shape.hpp"
#include "core/tensor/matrix.hpp"

namespace lengthwise {

// Which product serves `contract`: the portable one (same bits everywhere) or OpenBLAS.
enum class numerics { portable, openblas };
constexpr auto names_of(numerics) { return std::array<std::string_view, 2>{"portable", "openblas"}; }
// For the whole process; not while other threads compute.
void select_numerics(numerics);
numerics selected_numerics();

enum class into { overwrite, accumulate };

namespace detail {
void multiply(const gemm_arguments&);

template <class A, class B>
struct shared_axis {
  static constexpr bool by_rows =
      std::is_same_v<typename A::rows, typename B::rows> || std::is_same_v<typename A::rows, typename B::columns>;
  static constexpr bool by_columns =
      std::is_same_v<typename A::columns, typename B::rows> || std::is_same_v<typename A::columns, typename B::columns>;
  using type = std::conditional_t<by_rows, typename A::rows, typename A::columns>;
};
template <class M, class Axis>
using other_axis = std::conditional_t<std::is_same_v<Axis, typename M::rows>, typename M::columns, typename M::rows>;
}  // namespace detail

template <class Out, class A, class B>
constexpr bool contracts() {
  using shared = detail::shared_axis<A, B>;
  using rows = detail::other_axis<A, typename shared::type>;
  using columns = detail::other_axis<B, typename shared::type>;
  return shared::by_rows != shared::by_columns && std::is_same_v<typename Out::rows, rows> &&
         std::is_same_v<typename Out::columns, columns>;
}
template <class Out, class A, class B>
concept contraction = contracts<Out, A, B>();

template <class Out, class A, class B>
requires contraction<Out, A, B>
void contract(const Out& out, const A& a, const B& b, into how = into::overwrite) {
  using inner = typename detail::shared_axis<A, B>::type;
  assert(a.template extent<inner>() == b.template extent<inner>());
  assert(out.row_count == a.template extent<typename Out::rows>() &&
         out.column_count == b.template extent<typename Out::columns>());
  gemm_arguments g{out.row_count,
                   out.column_count,
                   a.template extent<inner>(),
                   a.data,
                   a.stride,
                   std::is_same_v<typename A::columns, inner> ? operand::plain : operand::transposed,
                   b.data,
                   b.stride,
                   std::is_same_v<typename B::rows, inner> ? operand::plain : operand::transposed,
                   out.data,
                   out.stride,
                   how == into::accumulate};
  if constexpr (requires { b.panels; }) {
    static_assert((B::kind == operand::plain) == std::is_same_v<typename B::rows, inner>,
                  "laid out for other products");
    g.panels = b.panels, g.panel_stride = b.panel_stride;
  }
  detail::multiply(g);
}

}  // namespace lengthwise
