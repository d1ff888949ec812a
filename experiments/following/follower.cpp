#include "experiments/following/follower.hpp"

#include <fmt/format.h>

#include <chrono>
#include <exception>
#include <memory>
#include <new>
#include <optional>
#include <system_error>
#include <thread>

#include "core/parallel/rank_tree.hpp"
#include "experiments/cells/cell.hpp"
#include "experiments/cells/evaluate_lengths.hpp"
#include "experiments/config/resolve.hpp"
#include "experiments/config/toml_reader.hpp"
#include "experiments/ranks/launch.hpp"
#include "experiments/ranks/orders.hpp"
#include "experiments/system/interruption.hpp"
#include "experiments/terminal/output.hpp"
#include "experiments/texts/text_source.hpp"

namespace lengthwise {
namespace {

// This rank's part of a cell.
struct part_of_cell {
  cell_config config;
  processors on;
  std::shared_ptr<const corpus> text;
  validation_set validation;
  trainer training;

  part_of_cell(const order& o, ranks& together)
      : config(config_of(parse_toml(o.text, "the config of rank 0").settings)),
        on(static_cast<int>(o.number), together),
        text(load_text(config.corpus, config.train.length, longest_length(config.evaluate))),
        validation(validation_batches(config, *text)),
        training(trainer_of(config, training_batches(config, *text), on)) {}

  void carry_out(const order& o) {
    switch (o.what) {
      case order::kind::go_on: return training.share();
      case order::kind::step: training.step(); return;
      case order::kind::validate: training.validation_loss(*validation.source, validation.count); return;
      default: break;
    }
    measure(training.model(), *text, config, static_cast<std::size_t>(o.number), o.text == "watch", on, [&](double) {
      if (interruption_requested()) on.together.ask_to_stop();
    });
  }
};

int follow_orders(ranks& together) {
  std::optional<part_of_cell> own;
  for (;;) {
    if (interruption_requested()) together.ask_to_stop();
    together.doing("the wait for what to do after step", own ? own->training.steps_done() : 0);
    const order o = await_order(together);
    if (o.what == order::kind::end) return static_cast<int>(o.number);
    if (o.what == order::kind::take_cell) {
      own.reset();  // the memory of one at a time
      own.emplace(o, together);
      use_numerics(own->config.numerics);
      continue;
    }
    try {
      own->carry_out(o);
    } catch (const lost_rank&) {
      throw;
    } catch (const error&) {  // of the config or the numbers: rank 0 has met the same, and says it
    } catch (const stopped_by_rank_0&) {
    }
  }
}

}  // namespace

int follow(ranks& together) {
  catch_interruptions();
  const auto end_job = [&](std::string_view message, int code) {
    tell("lengthwise: rank {}: {}\n", together.index(), message);
    together.end_all(code);
  };
  try {
    return follow_orders(together);
  } catch (const lost_rank& problem) {
    tell("lengthwise: {}\n", problem.what());
    // Rank 0 waits too, unless it is the one that is lost: it saves what there is, and ends all.
    std::this_thread::sleep_for(std::chrono::duration<double>(rank_seconds() / 2));
    together.end_all(problem.exit_code());
  } catch (const error& problem) {
    end_job(problem.what(), problem.exit_code());
  } catch (const std::bad_alloc&) {
    end_job("out of memory; make the model, the batch or --threads smaller", io_error("").exit_code());
  } catch (const std::system_error& problem) {
    end_job(problem.what(), io_error("").exit_code());
  } catch (const std::exception& problem) {
    end_job(problem.what(), 1);
  }
  return 1;
}

}  // namespace lengthwise
