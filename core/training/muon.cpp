#include "core/training/muon.hpp"

#include <algorithm>

#include "core/kernels/kernels.hpp"
#include "core/math/scalar.hpp"
#include "core/tensor/contract.hpp"

namespace lengthwise {
namespace {

struct short_side;
struct short_side_again;
struct long_side;

constexpr int symmetric_block = 64;

// out [n, n] = x x^T: rows block by block up to the diagonal, and the rest mirrored, which has the same bits.
void symmetric_product(real* out, const real* x, int n, int columns) {
  for (int first = 0; first < n; first += symmetric_block) {
    const int rows = std::min(symmetric_block, n - first), reach = first + rows;
    contract(matrix<real, short_side, short_side_again>(out + static_cast<std::ptrdiff_t>(first) * n, rows, reach, n),
             matrix<const real, short_side, long_side>(x + static_cast<std::ptrdiff_t>(first) * columns, rows, columns),
             matrix<const real, short_side_again, long_side>(x, reach, columns));
  }
  for (int i = 0; i < n; ++i)
    for (int j = (i / symmetric_block + 1) * symmetric_block; j < n; ++j) out[i * n + j] = out[j * n + i];
}

}  // namespace

std::vector<muon_matrix> muon_matrices(const parameter_layout& layout) {
  std::vector<muon_matrix> all;
  for (const parameter_slice& s : layout.slices()) {
    if (!s.matrix_of_layer) continue;
    const int inputs = static_cast<int>(s.shape[0]), outputs = static_cast<int>(s.shape[1]);
    // Queries, keys and values are matrices of their own: together, the largest of them would rule the others.
    const int parts = s.name.ends_with("attention.qkv") ? 3 : 1;
    for (int part = 0; part < parts; ++part)
      all.push_back({s.offset + static_cast<std::size_t>(part * (outputs / parts)), inputs, outputs / parts, outputs});
  }
  std::ranges::stable_sort(all, std::greater<>(), [](const muon_matrix& m) {
    return static_cast<std::int64_t>(m.shorter()) * m.shorter() * (2 * m.longer() + m.shorter());
  });
  return all;
}

void orthogonalise(real* x, int rows, int columns, real* scratch) {
  constexpr real a = static_cast<real>(3.4445), b = static_cast<real>(-4.7750), c = static_cast<real>(2.0315);
  const std::size_t count = static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns),
                    square = static_cast<std::size_t>(rows) * static_cast<std::size_t>(rows);
  real *const before = scratch, *const product = before + count, *const polynomial = product + square;
  const double norm = math::sqrt(kernels().sum_of_squares(x, count));
  if (norm > 0) kernels().scale(x, static_cast<real>(1 / norm), count);
  for (int step = 0; step < 5; ++step) {
    symmetric_product(product, x, rows, columns);
    symmetric_product(polynomial, product, rows, rows);
    kernels().scale(polynomial, c, square);
    kernels().scale(product, b, square);
    kernels().add(polynomial, product, square);
    std::copy_n(x, count, before);
    kernels().scale(x, a, count);
    contract(matrix<real, short_side, long_side>(x, rows, columns),
             matrix<const real, short_side, short_side_again>(polynomial, rows, rows),
             matrix<const real, short_side_again, long_side>(before, rows, columns), into::accumulate);
  }
}

void muon_step(const muon_matrix& m, const train_config& t, double rate, double gradient_scale,
               training_buffers<real> b, const real* gradient, real* scratch) {
  const int rows = m.shorter(), columns = m.longer();
  const bool tall = m.inputs > m.outputs;
  const auto momentum = static_cast<real>(t.momentum), scale = static_cast<real>(gradient_scale);
  real* const x = scratch;
  const auto slot = [&](int i, int o) { return tall ? o * columns + i : i * columns + o; };
  for (int i = 0; i < m.inputs; ++i) {
    const real* g = gradient + m.offset + i * m.stride;
    real* velocity = b.first_moment + m.offset + i * m.stride;
    for (int o = 0; o < m.outputs; ++o) {
      velocity[o] = momentum * velocity[o] + scale * g[o];
      x[slot(i, o)] = scale * g[o] + momentum * velocity[o];
    }
  }
  orthogonalise(x, rows, columns, scratch + static_cast<std::ptrdiff_t>(rows) * columns);
  const double stretch = m.outputs > m.inputs ? math::sqrt(static_cast<double>(m.outputs) / m.inputs) : 1;
  const auto decay = static_cast<real>(rate * t.weight_decay), step = static_cast<real>(rate * stretch);
  for (int i = 0; i < m.inputs; ++i) {
    real* weight = b.parameters + m.offset + i * m.stride;
    for (int o = 0; o < m.outputs; ++o) weight[o] = weight[o] - decay * weight[o] - step * x[slot(i, o)];
  }
}

}  // namespace lengthwise
