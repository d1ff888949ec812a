// Muon (Jordan, 2024): momentum with Nesterov's look-ahead, made orthogonal by five Newton-Schulz steps, for the
// matrices of layers. Everything else is AdamW's.
#pragma once
#include <vector>

#include "core/model/parameter_layout.hpp"
#include "core/training/checkpoint.hpp"
#include "core/training/train_config.hpp"

namespace lengthwise {

// A weight matrix [inputs, outputs] within the layout; queries, keys and values are three of them side by side.
struct muon_matrix {
  std::size_t offset;
  int inputs, outputs;
  std::ptrdiff_t stride;

  int shorter() const { return inputs < outputs ? inputs : outputs; }
  int longer() const { return inputs < outputs ? outputs : inputs; }
  std::size_t scratch_count() const {
    return 2 * static_cast<std::size_t>(shorter()) * static_cast<std::size_t>(longer() + shorter());
  }
};

// The matrices that Muon serves, those that cost most first.
std::vector<muon_matrix> muon_matrices(const parameter_layout&);

// About the nearest matrix with orthonormal rows: x [rows, columns], rows <= columns, becomes x / |x| and then five
// times a x + (b A + c A A) x, A = x x^T. Singular values come into about [0.7, 1.2], and not to 1; a zero stays zero.
// Scratch of rows x (columns + 2 rows) numbers.
void orthogonalise(real* x, int rows, int columns, real* scratch);

// One step of a matrix: velocity = momentum velocity + g, and the weight loses decay times itself and rate times
// sqrt(max(1, outputs / inputs)) times the orthogonal form of g + momentum velocity. The first moment is the velocity;
// the second is not used.
void muon_step(const muon_matrix&, const train_config&, double rate, double gradient_scale, training_buffers<real>,
               const real* gradient, real* scratch);

}  // namespace lengthwise
