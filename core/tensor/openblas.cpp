#include "core/tensor/openblas.hpp"

#include <cblas.h>
#include <dlfcn.h>

#include <stdexcept>
#include <type_traits>

#include "core/kernels/kernels.hpp"

namespace lengthwise {
namespace {

using gemm_function = std::conditional_t<std::is_same_v<real, float>, decltype(&cblas_sgemm), decltype(&cblas_dgemm)>;

struct library {
  gemm_function gemm = nullptr;
  char* (*core)() = nullptr;
  std::string problem;

  library() {
    void* const file = ::dlopen("libopenblas.so.0", RTLD_NOW | RTLD_LOCAL);
    const auto find = [&]<class Function>(const char* name, Function& function) {
      if (file != nullptr) function = reinterpret_cast<Function>(::dlsym(file, name));
    };
    void (*threads)(int) = nullptr;
    find(std::is_same_v<real, float> ? "cblas_sgemm" : "cblas_dgemm", gemm);
    find("openblas_get_corename", core);
    find("openblas_set_num_threads", threads);
    if (gemm == nullptr || core == nullptr || threads == nullptr) {
      const char* said = ::dlerror();
      problem = said != nullptr ? said : "it lacks a function";
      gemm = nullptr, core = nullptr;
      return;
    }
    // Its bits change with the number of threads, and our own threads already fill the cores.
    threads(1);
  }
};

const library& openblas() {
  static const library loaded;
  return loaded;
}

}  // namespace

std::string load_openblas() { return openblas().problem; }

std::string openblas_core() { return openblas().core != nullptr ? openblas().core() : ""; }

std::string openblas_advice() {
#if defined(__x86_64__)
  const std::string core = openblas_core();
  if (!core.empty() && __builtin_cpu_supports("avx512f") && core != "SkylakeX" && core != "Cooperlake" &&
      core != "SapphireRapids")
    return "OpenBLAS uses its " + core +
           " kernels on a processor with AVX-512: set OPENBLAS_CORETYPE=SkylakeX for about twice the speed";
#endif
  return {};
}

void multiply_by_openblas(const gemm_arguments& g) {
  if (openblas().gemm == nullptr) throw std::logic_error("OpenBLAS was not loaded");
  const auto transpose = [](operand o) { return o == operand::plain ? CblasNoTrans : CblasTrans; };
  openblas().gemm(CblasRowMajor, transpose(g.a_operand), transpose(g.b_operand), g.rows, g.columns, g.inner, real(1),
                  g.a, static_cast<int>(g.a_stride), g.b, static_cast<int>(g.b_stride), real(g.accumulate ? 1 : 0), g.c,
                  static_cast<int>(g.c_stride));
}

}  // namespace lengthwise
