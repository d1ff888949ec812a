#include "experiments/bench/kernel_clock.hpp"

#include <array>
#include <chrono>

namespace lengthwise {
namespace {

enum kind { products, attention, norms, activation, loss, optimiser, sums, kinds };
constexpr std::array<const char*, kinds> names{"products", "attention", "norms", "activation",
                                               "loss",     "optimiser", "sums"};

const kernel_table* under = nullptr;
std::array<double, kinds> spent;

// A function that calls the one that `Member` names in the table below, and adds its time to its kind.
template <auto Member, kind Kind>
struct timed_call;
template <class Result, class... Arguments, Result (*kernel_table::*Member)(Arguments...), kind Kind>
struct timed_call<Member, Kind> {
  static Result call(Arguments... values) {
    struct stopwatch {
      std::chrono::steady_clock::time_point begin = std::chrono::steady_clock::now();
      ~stopwatch() { spent[Kind] += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count(); }
    } running;
    return (under->*Member)(values...);
  }
};
#define LENGTHWISE_TIMED(member, kind) timed_call<&kernel_table::member, kind>::call

kernel_table clock_table{
    .name = "timed",
    .gemm = LENGTHWISE_TIMED(gemm, products),
    .panel_columns = 0,
    .lay_panels = LENGTHWISE_TIMED(lay_panels, products),
    .add = LENGTHWISE_TIMED(add, sums),
    .scale = LENGTHWISE_TIMED(scale, sums),
    .dot = LENGTHWISE_TIMED(dot, attention),
    .sum_of_squares = LENGTHWISE_TIMED(sum_of_squares, optimiser),
    .scale_and_bias = LENGTHWISE_TIMED(scale_and_bias, attention),
    .add_decay = LENGTHWISE_TIMED(add_decay, attention),
    .softmax_block = LENGTHWISE_TIMED(softmax_block, attention),
    .probabilities = LENGTHWISE_TIMED(probabilities, attention),
    .softmax_gradient = LENGTHWISE_TIMED(softmax_gradient, attention),
    .rotate = LENGTHWISE_TIMED(rotate, attention),
    .norm_heads = LENGTHWISE_TIMED(norm_heads, norms),
    .norm_heads_backward = LENGTHWISE_TIMED(norm_heads_backward, norms),
    .norm = LENGTHWISE_TIMED(norm, norms),
    .norm_backward = LENGTHWISE_TIMED(norm_backward, norms),
    .gelu = LENGTHWISE_TIMED(gelu, activation),
    .gelu_backward = LENGTHWISE_TIMED(gelu_backward, activation),
    .swiglu = LENGTHWISE_TIMED(swiglu, activation),
    .swiglu_backward = LENGTHWISE_TIMED(swiglu_backward, activation),
    .relu2 = LENGTHWISE_TIMED(relu2, activation),
    .relu2_backward = LENGTHWISE_TIMED(relu2_backward, activation),
    .cross_entropy = LENGTHWISE_TIMED(cross_entropy, loss),
    .adamw = LENGTHWISE_TIMED(adamw, optimiser),
};
#undef LENGTHWISE_TIMED

}  // namespace

kernel_clock::kernel_clock() : timed(kernels()) {
  under = &timed;
  spent = {};
  clock_table.panel_columns = timed.panel_columns;
  select_kernels(clock_table);
}
kernel_clock::~kernel_clock() { select_kernels(timed); }

std::map<std::string, double> kernel_clock::seconds() const {
  std::map<std::string, double> result;
  for (std::size_t i = 0; i < kinds; ++i) result[names[i]] = spent[i];
  return result;
}

}  // namespace lengthwise
