#include "experiments/command_line/command.hpp"

namespace lengthwise {

command run_command(), run_cell_command(), status_command(), report_command(), evaluate_command(), show_command(),
    list_command(), inspect_command(), conformance_command(), corpus_command(), completion_command(), bench_command(),
    verify_command(), explain_command(), serve_command(), compare_command(), complete_command(), manual_command(),
    emit_command();

const std::vector<command>& commands() {
  static const std::vector<command> all{
      run_command(),     status_command(),      serve_command(),    report_command(),     compare_command(),
      verify_command(),  explain_command(),     evaluate_command(), show_command(),       list_command(),
      inspect_command(), conformance_command(), corpus_command(),   completion_command(), bench_command(),
      emit_command(),    run_cell_command(),    manual_command(),   complete_command(),
  };
  return all;
}

}  // namespace lengthwise
