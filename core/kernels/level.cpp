// Built once for each instruction set with LENGTHWISE_LEVEL naming it: everything below has internal linkage, so that
// no function built for AVX-512 can be taken by the linker for another level's.
#include "core/kernels/gemm.inl"
#include "core/kernels/kernels.hpp"
#include "core/kernels/layers.inl"
#include "core/kernels/softmax.inl"

namespace lengthwise::LENGTHWISE_LEVEL {
#define LENGTHWISE_TEXT_OF(x) #x
#define LENGTHWISE_TEXT(x) LENGTHWISE_TEXT_OF(x)

extern const kernel_table table;
const kernel_table table{
    .name = LENGTHWISE_TEXT(LENGTHWISE_LEVEL),
    .gemm = gemm,
    .panel_columns = panel_columns,
    .lay_panels = lay_panels,
    .add = add,
    .scale = scale,
    .dot = dot,
    .sum_of_squares = sum_of_squares,
    .scale_and_bias = scale_and_bias,
    .add_decay = add_decay,
    .softmax_block = softmax_block,
    .probabilities = probabilities,
    .softmax_gradient = softmax_gradient,
    .rotate = rotate,
    .norm_heads = norm_heads,
    .norm_heads_backward = norm_heads_backward,
    .norm = norm,
    .norm_backward = norm_backward,
    .gelu = gelu,
    .gelu_backward = gelu_backward,
    .swiglu = swiglu,
    .swiglu_backward = swiglu_backward,
    .relu2 = relu2,
    .relu2_backward = relu2_backward,
    .cross_entropy = cross_entropy,
    .adamw = adamw,
};

}  // namespace lengthwise::LENGTHWISE_LEVEL
