#include "core/tensor/contract.hpp"

// clang-format off
#include <complex>
#include <xtensor-blas/xblas_config.hpp>  // before cxxblas, which otherwise multiplies by loops of its own
#include <xflens/cxxblas/cxxblas.cxx>
// clang-format on

#include "core/kernels/kernels.hpp"

#if !defined(HAVE_CBLAS)
#error "cxxblas does not call OpenBLAS"
#endif

extern "C" char* openblas_get_corename();
extern "C" void openblas_set_num_threads(int);

namespace lengthwise {
namespace {

numerics selected = numerics::portable;

void multiply_openblas(const gemm_arguments& g) {
  const auto transpose = [](operand o) { return o == operand::plain ? cxxblas::NoTrans : cxxblas::Trans; };
  cxxblas::gemm<int>(cxxblas::RowMajor, transpose(g.a_operand), transpose(g.b_operand), g.rows, g.columns, g.inner,
                     real(1), g.a, static_cast<int>(g.a_stride), g.b, static_cast<int>(g.b_stride),
                     real(g.accumulate ? 1 : 0), g.c, static_cast<int>(g.c_stride));
}

}  // namespace

void select_numerics(numerics wanted) {
  selected = wanted;
  // Its bits change with the number of threads, and our own threads already fill the cores.
  if (wanted == numerics::openblas) openblas_set_num_threads(1);
}
numerics selected_numerics() { return selected; }
std::string openblas_core() { return openblas_get_corename(); }

std::string openblas_advice() {
#if defined(__x86_64__)
  const std::string core = openblas_core();
  if (__builtin_cpu_supports("avx512f") && core != "SkylakeX" && core != "Cooperlake" && core != "SapphireRapids")
    return "OpenBLAS uses its " + core +
           " kernels on a processor with AVX-512: set OPENBLAS_CORETYPE=SkylakeX for about twice the speed";
#endif
  return {};
}

void detail::multiply(const gemm_arguments& g) {
  if (selected == numerics::openblas)
    multiply_openblas(g);
  else
    kernels().gemm(g);
}

}  // namespace lengthwise
