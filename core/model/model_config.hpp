// The [model] section: a decoder-only transformer's extents and choices.
#pragma once
#include "core/attention/attention_config.hpp"
#include "core/config/field.hpp"
#include "core/hooks/position.hpp"

namespace lengthwise {

// Tokens are bytes.
inline constexpr int vocabulary_size = 256;

enum class norm_kind { layer, rms };
constexpr auto names_of(norm_kind) { return std::array<std::string_view, 2>{"layer", "rms"}; }
enum class activation_kind { gelu, swiglu, relu2 };
constexpr auto names_of(activation_kind) { return std::array<std::string_view, 3>{"gelu", "swiglu", "relu2"}; }

// How what returns to the residual stream starts: smaller by the root of the number of returns, or at nothing.
enum class residual_start { scaled, zero };
constexpr auto names_of(residual_start) { return std::array<std::string_view, 2>{"scaled", "zero"}; }

struct model_config {
  int layers = 4, width = 128, heads = 4, feed_forward = 512;
  norm_kind norm = norm_kind::layer;
  activation_kind activation = activation_kind::gelu;
  residual_start residual_init = residual_start::scaled;
  bool tied_embeddings = false;
  attention_config attention = {};  // a section of its own

  static constexpr auto fields() {
    return std::tuple(
        field{"layers", &model_config::layers, "transformer layers", 1.0, 1024.0},
        field{"width", &model_config::width, "channels of the residual stream; a multiple of heads", 1.0, 65536.0},
        field{"heads", &model_config::heads, "attention heads", 1.0, 1024.0},
        field{"feed_forward", &model_config::feed_forward, "hidden channels of the feed-forward layer", 1.0, 1048576.0},
        field{"norm", &model_config::norm, "layer norm, or root-mean-square norm"},
        field{"activation", &model_config::activation, "gelu (tanh form), a gated silu, or a squared relu"},
        field{"residual_init", &model_config::residual_init,
              "how the layers' outputs start: scaled by the root of their number, or at zero"}
            .later(),
        field{"tied_embeddings", &model_config::tied_embeddings,
              "whether the output reads with the embedding's weights"});
  }
  constexpr config_problem problem() const {
    if (width % heads == 0) return attention.problem();
    return {"model.width must be a multiple of model.heads", "model.width", "model.heads"};
  }
  constexpr model_extents extents(int train_length) const { return {width, heads, train_length}; }
};
static_assert(model_config{}.problem().empty());

}  // namespace lengthwise
