#include "core/training/trainer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/attention/registry.hpp"
#include "core/evaluation/window_losses.hpp"
#include "core/model/transformer.hpp"
#include "core/parallel/workers.hpp"
#include "core/storage/errors.hpp"
#include "core/training/adamw.hpp"
#include "core/training/checkpoint.hpp"
#include "core/training/drawn_positions.hpp"
#include "core/training/muon.hpp"
#include "core/training/rank_sum.hpp"
#include "core/training/schedule.hpp"
#include "core/training/shard_sum.hpp"

namespace lengthwise {

struct trainer::state {
  static constexpr std::size_t update_piece = 16 * sum_piece;  // numbers that a task updates

  train_config c;
  std::unique_ptr<const view> reading;
  std::shared_ptr<const batch_source> source;
  std::uint64_t seed;
  transformer model;
  ranks& together;
  own_shards own;
  workers pool;
  rank_sum sum_over_ranks;
  position_tables tables;  // of the step
  position_tables read;    // of a validation, where a step's positions are drawn; else empty
  bool switched = false;
  bool tables_learn;
  int steps = 0;
  std::size_t table_count;              // numbers of all sets' table gradients
  std::vector<buffer> shard_gradients;  // of own shards, each [parameters, table gradients]
  std::vector<real*> shard_starts;      // of all; null where another rank has it
  std::vector<double> shard_losses, piece_squares;
  buffer gradient, first_moment, second_moment;
  std::vector<muon_matrix> matrices;                 // of Muon; none for AdamW
  std::vector<buffer> muon_scratch;                  // one for each thread
  std::vector<token_id> inputs, targets;             // of the whole batch
  std::vector<std::size_t> shard_scored;             // targets that count
  std::vector<std::unique_ptr<activations>> memory;  // one for each thread
  std::size_t activation_count;                      // numbers of each

  state(const model_config& m, const train_config& t, std::shared_ptr<const encoding> e,
        std::shared_ptr<const batch_source> batches, std::uint64_t s, processors p, const view& v)
      : c(t),
        reading(v.clone()),
        source(std::move(batches)),
        seed(s),
        model(m, std::move(e), t.length),
        together(p.together),
        own(t.shards, p.together),
        pool(std::min(p.threads, own.count())),
        sum_over_ranks(together, pool, t.shards),
        tables(make_tables()),
        tables_learn(tables_follow_parameters(model.layout())),
        table_count(tables.gradient_count()),
        shard_starts(static_cast<std::size_t>(t.shards)),
        shard_losses(static_cast<std::size_t>(t.shards)),
        gradient(model.layout().count() + table_count),
        first_moment(model.layout().count()),
        second_moment(model.layout().count()),
        inputs(static_cast<std::size_t>(t.batch) * static_cast<std::size_t>(t.length)),
        targets(inputs.size()),
        shard_scored(static_cast<std::size_t>(t.shards)) {
    make_shard_gradients();
    piece_squares.resize(pieces(model.layout().count()));
    for (int worker = 0; worker < pool.count(); ++worker)
      memory.push_back(std::make_unique<activations>(m, tables, sequences(), pass::training));
    activation_count = activations::count(m, tables, sequences(), pass::training);
    if (c.optimizer == optimizer_kind::muon) matrices = muon_matrices(model.layout());
    for (int worker = 0; worker < pool.count(); ++worker) muon_scratch.emplace_back(muon_scratch_count(matrices));
    model.draw_parameters(seed);
    if (c.positions != position_draw::in_order) read = make_tables();
    refill();
  }
  position_tables make_tables() const { return model.make_tables(reading->places({c.length, c.length})); }
  // Before a step, or a validation behind it: which encoding acts there, and where its tokens stand.
  void prepare() {
    if (c.switches() && steps >= c.switch_at && !switched) {
      model.switch_to(make_encoding(c.switch_to.view()));
      switched = true;
      if (c.positions == position_draw::in_order)
        adopt(make_tables());
      else
        read = make_tables();
    }
  }
  void place() {
    if (c.positions == position_draw::in_order) return;
    adopt(model.make_tables(places_at(drawn_positions(c, seed, static_cast<std::uint32_t>(steps)))));
  }
  // Memory follows the tables: there may be more distances, or other terms.
  void adopt(position_tables made) {
    const std::size_t needed = activations::count(model.config(), made, sequences(), pass::training);
    if (needed > activation_count) {
      for (auto& each : memory) each = std::make_unique<activations>(model.config(), made, sequences(), pass::training);
      activation_count = needed;
    }
    tables = std::move(made);
    table_count = tables.gradient_count();
    if (const std::size_t all = model.layout().count() + table_count; all > gradient.size()) {
      gradient = buffer(all);
      make_shard_gradients();
    }
  }
  void make_shard_gradients() {
    shard_gradients.resize(static_cast<std::size_t>(own.count()));
    for (int shard = own.begin; shard < own.end; ++shard) {
      buffer& of_shard = shard_gradients[static_cast<std::size_t>(shard - own.begin)];
      of_shard = buffer(gradient.size());
      shard_starts[static_cast<std::size_t>(shard)] = of_shard.data();
    }
  }
  static std::size_t muon_scratch_count(const std::vector<muon_matrix>& all) {
    std::size_t most = 0;
    for (const muon_matrix& m : all) most = std::max(most, m.scratch_count());
    return most;
  }

  static bool tables_follow_parameters(const parameter_layout& layout) {
    return std::ranges::any_of(layout.slices(), &parameter_slice::of_attention);
  }

  int sequences() const { return c.batch / c.shards; }
  static std::size_t pieces(std::size_t count) { return (count + update_piece - 1) / update_piece; }
  training_buffers<real> buffers() { return {model.parameters(), first_moment.data(), second_moment.data()}; }

  // Tables follow the parameters, where the encoding learns any that tables depend on.
  void refill() {
    if (!tables_learn) return;
    pool.for_each(static_cast<int>(tables.sets.size()), [&](int set, int) {
      model.fill(tables, set);
      if (!read.sets.empty()) model.fill(read, set);
    });
  }

  std::size_t tokens_of_shard() const {
    return static_cast<std::size_t>(sequences()) * static_cast<std::size_t>(c.length);
  }
  // Fetches the batch; how many of its targets count.
  std::size_t fetch() {
    pool.for_each(c.shards, [&](int shard, int) {
      const auto at = static_cast<std::size_t>(shard);
      const std::span own_targets = std::span(targets).subspan(at * tokens_of_shard(), tokens_of_shard());
      source->copy(static_cast<std::uint32_t>(steps), at * static_cast<std::size_t>(sequences()),
                   static_cast<std::size_t>(c.length),
                   std::span(inputs).subspan(at * tokens_of_shard(), tokens_of_shard()), own_targets);
      shard_scored[at] = tokens_of_shard() - static_cast<std::size_t>(std::ranges::count(own_targets, unscored));
    });
    std::size_t scored = 0;
    for (const std::size_t of_shard : shard_scored) scored += of_shard;
    return scored;
  }
  // The gradient of the batch's mean loss: each shard's own, then their sum over the fixed tree. Returns the mean loss.
  double compute_gradient() {
    const std::size_t scored = fetch();
    if (scored == 0) throw data_error(fmt::format("step {}: no target of the batch counts", steps + 1));
    const auto scale = static_cast<real>(1.0 / static_cast<double>(scored));
    pool.for_each(own.count(), [&](int shard, int worker) {
      activations& mine = *memory[static_cast<std::size_t>(worker)];
      const auto at = static_cast<std::size_t>(own.begin + shard);
      real* const g = shard_starts[at];
      std::fill_n(g + model.layout().count(), table_count, real(0));
      model.forward_backward(inputs.data() + at * tokens_of_shard(), targets.data() + at * tokens_of_shard(), tables,
                             mine, scale, g, g + model.layout().count());
      double sum = 0;
      for (int i = 0; i < mine.extents.tokens(); ++i) sum += static_cast<double>(mine.losses[i]);
      shard_losses[at] = sum;
    });
    sum_shards();
    if (table_count > 0) collect();
    double sum = 0;
    for (const double loss : shard_losses) sum += loss;
    return sum * (1.0 / static_cast<double>(scored));
  }
  // The gradient of all shards, and every shard's loss, on every rank.
  void sum_shards() {
    const std::size_t all = model.layout().count() + table_count;
    if (together.count() > 1) {
      sum_over_ranks(shard_starts.data(), all);
      gather(together, std::span(shard_losses),
             shard_losses.size());  // behind the sum, and so without a wait of its own
      if (together.index() == 0) std::copy_n(shard_starts[0], all, gradient.data());
      broadcast(together, std::span(gradient.data(), all));
      return broadcast(together, std::span(shard_losses));
    }
    pool.for_each(static_cast<int>(pieces(all)), [&](int piece, int) {
      const std::size_t begin = static_cast<std::size_t>(piece) * update_piece,
                        end = std::min(begin + update_piece, all);
      for (std::size_t at = begin; at < end; at += sum_piece)
        sum_tree(shard_starts.data(), 0, c.shards, at, std::min(sum_piece, end - at), gradient.data() + at);
    });
  }
  void collect() {
    const auto collect_set = [&](int set, int = 0) {
      model.collect(tables, set, gradient.data() + model.layout().count() + tables.gradient_begin(set),
                    gradient.data());
    };
    if (!model.layout().sets_share()) return pool.for_each(model.layout().set_count(), collect_set);
    for (int set = 0; set < model.layout().set_count(); ++set) collect_set(set);
  }

  double gradient_norm() {
    const std::size_t count = model.layout().count();
    pool.for_each(static_cast<int>(piece_squares.size()), [&](int piece, int) {
      const std::size_t begin = static_cast<std::size_t>(piece) * update_piece;
      piece_squares[static_cast<std::size_t>(piece)] =
          kernels().sum_of_squares(gradient.data() + begin, std::min(update_piece, count - begin));
    });
    double sum = 0;
    for (const double squares : piece_squares) sum += squares;
    return std::sqrt(sum);  // IEEE: the same bits everywhere
  }

  void update(double rate, double clipping) {
    const adamw_step step(c, steps + 1, rate, clipping);
    const std::size_t count = model.layout().count();
    pool.for_each(static_cast<int>(piece_squares.size()), [&](int piece, int) {
      const std::size_t begin = static_cast<std::size_t>(piece) * update_piece;
      step.apply(c, model.layout(), begin, std::min(begin + update_piece, count), buffers(), gradient.data());
    });
    const double matrix_rate = rate_at(c, c.matrix_rate, steps);
    pool.for_each(static_cast<int>(matrices.size()), [&](int matrix, int worker) {
      muon_step(matrices[static_cast<std::size_t>(matrix)], c, matrix_rate, clipping, buffers(), gradient.data(),
                muon_scratch[static_cast<std::size_t>(worker)].data());
    });
  }
};

trainer::trainer(const model_config& m, const train_config& c, std::shared_ptr<const encoding> e,
                 std::shared_ptr<const batch_source> source, std::uint64_t seed, processors p, const view& v)
    : self(std::make_unique<state>(m, c, std::move(e), std::move(source), seed, p, v)) {}
trainer::~trainer() = default;

int trainer::steps_done() const { return self->steps; }
const transformer& trainer::model() const { return self->model; }

step_record trainer::step() {
  state& s = *self;
  s.together.doing("training step", s.steps + 1);
  s.prepare(), s.place();
  const double loss = s.compute_gradient();
  if (!std::isfinite(loss))
    throw non_finite_error(
        fmt::format("step {}: the loss is {}; try a lower train.rate or a longer train.warmup", s.steps + 1, loss));
  const double norm = s.gradient_norm(), rate = learning_rate(s.c, s.steps);
  if (!std::isfinite(norm))
    throw non_finite_error(fmt::format(
        "step {}: the gradient's norm is {}; try a lower train.rate or a longer train.warmup", s.steps + 1, norm));
  s.update(rate, s.c.clip > 0 && norm > s.c.clip ? s.c.clip / norm : 1);
  s.refill();
  ++s.steps;
  return {s.steps, loss, rate, norm};
}

double trainer::validation_loss(const batch_source& source, std::size_t sequences) {
  double sum = 0, count = 0;
  self->together.doing("the validation after step", self->steps);
  self->prepare();
  const bool drawn = self->c.positions != position_draw::in_order;
  for_each_window_loss(self->model, drawn ? self->read : self->tables, source, sequences, self->pool, self->together,
                       [&](std::size_t, std::size_t, float loss, bool) { sum += static_cast<double>(loss), ++count; });
  return sum / count;
}

void trainer::save(const std::filesystem::path& path, std::map<std::string, std::string> metadata) const {
  const state& s = *self;
  write_checkpoint(path, s.model.layout(), {s.model.parameters(), s.first_moment.data(), s.second_moment.data()},
                   s.steps, std::move(metadata));
}
void trainer::save_parameters(const std::filesystem::path& path, std::map<std::string, std::string> metadata) const {
  write_checkpoint(path, self->model.layout(), {self->model.parameters(), nullptr, nullptr}, self->steps,
                   std::move(metadata));
}
std::map<std::string, std::string> trainer::load(const std::filesystem::path& path) {
  checkpoint_header header = read_checkpoint(path, self->model.layout(), self->buffers());
  self->steps = header.step;
  self->prepare();
  self->refill();
  return std::move(header.metadata);
}

void trainer::share() {
  state& s = *self;
  const std::size_t count = s.model.layout().count();
  s.together.doing("the state after step", s.steps);
  broadcast(s.together, std::span(&s.steps, 1));
  for (real* values : {s.model.parameters(), s.first_moment.data(), s.second_moment.data()})
    broadcast(s.together, std::span(values, count));
  s.prepare();
  s.refill();
}

std::string trainer::digest() const { return digest_of(self->model.layout(), self->model.parameters()); }

std::uint64_t trainer::memory(const model_config& m, const train_config& c, const encoding& e, const processors& p,
                              const view& v) {
  const parameter_layout layout(m, e, c.length);
  const position_tables tables = counted_tables(
      m, e, c.length,
      c.positions == position_draw::in_order ? v.places({c.length, c.length}) : places_at(drawn_positions(c, 1, 0)));
  const std::uint64_t muon = c.optimizer == optimizer_kind::muon ? state::muon_scratch_count(muon_matrices(layout)) : 0;
  const int own = c.shards / p.together.count();
  const std::uint64_t per_thread = activations::count(m, tables, c.batch / c.shards, pass::training) + muon;
  const std::uint64_t numbers = 3 * layout.count() +
                                (static_cast<std::uint64_t>(own) + 1) * (layout.count() + tables.gradient_count()) +
                                static_cast<std::uint64_t>(std::min(p.threads, own)) * per_thread;
  return numbers * sizeof(real) + tables.bytes();
}

}  // namespace lengthwise
