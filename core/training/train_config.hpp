// The [train] section.
#pragma once
#include "core/config/field.hpp"
#include "core/config/short_text.hpp"

namespace lengthwise {

enum class optimizer_kind { adamw, muon };
constexpr auto names_of(optimizer_kind) { return std::array<std::string_view, 2>{"adamw", "muon"}; }
enum class schedule_kind { cosine, linear, warmup_stable_decay };
constexpr auto names_of(schedule_kind) {
  return std::array<std::string_view, 3>{"cosine", "linear", "warmup_stable_decay"};
}

enum class position_draw { in_order, randomized, pose };
constexpr auto names_of(position_draw) { return std::array<std::string_view, 3>{"in_order", "randomized", "pose"}; }

struct train_config {
  int length = 128, batch = 32, shards = 8, steps = 600;
  optimizer_kind optimizer = optimizer_kind::adamw;
  double rate = 1e-3, matrix_rate = 0.02;
  schedule_kind schedule = schedule_kind::cosine;
  double final_rate = 0.1, cooldown = 0.2;
  int warmup = 50;
  double weight_decay = 0.1, beta1 = 0.9, beta2 = 0.95, epsilon = 1e-8, momentum = 0.95, clip = 1.0;
  position_draw positions = position_draw::in_order;
  int positions_from = 2048;
  short_text view = std::string_view("raw");
  short_text switch_to = std::string_view("none");
  int switch_at = 0;
  int checkpoint_every = 200, log_every = 10, validate_every = 100, validation_targets = 16384, keep_checkpoints = 0;

  static constexpr auto fields() {
    using c = train_config;
    return std::tuple(
        field{"length", &c::length, "targets in a training window", 2.0, 1048576.0},
        field{"batch", &c::batch, "sequences a step; a multiple of shards", 1.0, 1048576.0},
        field{"shards", &c::shards, "fixed pieces of a batch: part of the result's identity (threads are not)", 1.0,
              1024.0},
        field{"steps", &c::steps, "optimiser steps", 0.0, 1e9},
        field{"optimizer", &c::optimizer, "adamw, or muon for the matrices of layers and adamw for everything else"}
            .later(),
        field{"rate", &c::rate, "peak learning rate", 0.0, 1e3},
        field{"matrix_rate", &c::matrix_rate, "peak learning rate of muon", 0.0, 1e3}.later(),
        field{"schedule", &c::schedule,
              "after the warm-up: half a cosine to final_rate, a line to zero, or the peak until the cooldown"}
            .later(),
        field{"final_rate", &c::final_rate, "share of the peak rate that the cosine ends at", 0.0, 1.0},
        field{"cooldown", &c::cooldown, "share of all steps in which warmup_stable_decay goes to zero", 1e-6, 1.0}
            .later(),
        field{"warmup", &c::warmup, "steps of linear warm-up", 0.0, 1e9},
        field{"weight_decay", &c::weight_decay, "decoupled decay of weight matrices and embeddings", 0.0, 1e3},
        field{"beta1", &c::beta1, "decay of AdamW's first moment", 0.0, 0.999999},
        field{"beta2", &c::beta2, "decay of AdamW's second moment", 0.0, 0.9999999},
        field{"epsilon", &c::epsilon, "added to AdamW's deviation", 1e-30, 1.0},
        field{"momentum", &c::momentum, "decay of muon's velocity", 0.0, 0.999999}.later(),
        field{"clip", &c::clip, "largest global norm of the gradient; 0 leaves it alone", 0.0, 1e9},
        field{"positions", &c::positions,
              "where tokens of a training window stand: in order; drawn from positions_from; or in two pieces with a "
              "gap (pose). One draw a step"}
            .later(),
        field{"positions_from", &c::positions_from, "how many positions are drawn from, or reached", 2.0, 1048576.0}
            .later(),
        field{"view", &c::view,
              "how windows are read in training: a view, or several joined by +, with keys of their own in [view.NAME]"}
            .later(),
        field{"switch_to", &c::switch_to,
              "with switch_at: the encoding of the last steps, and of every evaluation; it must learn what the other "
              "does"}
            .later(),
        field{"switch_at", &c::switch_at, "steps after which encoding.type gives way to switch_to; 0: never", 0.0, 1e9}
            .later(),
        field{"checkpoint_every", &c::checkpoint_every, "steps between checkpoints", 1.0, 1e9},
        field{"log_every", &c::log_every, "steps between lines of metrics.jsonl", 1.0, 1e9},
        field{"validate_every", &c::validate_every, "steps between validation losses; 0 for the last step only", 0.0,
              1e9},
        field{"validation_targets", &c::validation_targets, "targets of a validation loss", 1.0, 1e9},
        field{
            "keep_checkpoints", &c::keep_checkpoints,
            "checkpoints with the optimiser's state that a finished cell keeps, at most 2; with 0 its parameters alone",
            0.0, 2.0}
            .later());
  }
  constexpr config_problem problem() const {
    if (batch % shards != 0) return {"train.batch must be a multiple of train.shards", "train.batch", "train.shards"};
    if (positions != position_draw::in_order && positions_from < length)
      return {"train.positions_from must not be less than train.length", "train.positions_from", "train.length"};
    return {};
  }
  constexpr bool switches() const { return switch_at > 0 && switch_at < steps; }
};
static_assert(train_config{}.problem().empty());

}  // namespace lengthwise
