// A folder that several machines see. Machines are told apart by name, which a process may have of its own; file
// systems without locks between machines by a library that takes every lock.
#include "experiments/system/lease.hpp"

#include <boost/test/unit_test.hpp>
#include <thread>

#include "core/storage/errors.hpp"
#include "tests/experiments/tiny_study.hpp"

namespace lengthwise {

using namespace testing;
namespace fs = std::filesystem;

namespace {

// Long enough that a cell is never at its end before it is looked at.
const std::string longer = "train.steps=200000 train.checkpoint_every=200 ";

// The beginning of a command on "another machine", or nothing where a process can have no name of its own.
std::string on_machine(const std::string& name) {
  static const bool possible = shell("unshare --uts true").code == 0;
  return possible ? "unshare --uts sh -c 'hostname " + name + "; exec \"$@\"' sh " : "";
}
const std::string no_locks = std::string("LD_PRELOAD=") + LENGTHWISE_LOCKS_THAT_DO_NOT_HOLD + " ";

struct shared_folder : tiny_study {
  std::string out = f.at("out");
  shared_folder() { BOOST_TEST_REQUIRE(program("emit hq " + config + " " + longer + "--output " + out).code == 0); }
  std::string cell_on(const std::string& machine) const {
    return "env LENGTHWISE_LEASE_SECONDS=2 " + no_locks + on_machine(machine) + LENGTHWISE_PROGRAM " run-cell " + out +
           " --index 0 ";
  }
};

bool has(const outcome& o, const std::string& text) { return o.text.find(text) != std::string::npos; }

}  // namespace

BOOST_AUTO_TEST_SUITE(a_lease)

BOOST_AUTO_TEST_CASE(names_its_holder_and_goes_with_it) {
  const folder f;
  {
    const lease held(f.path, true, 0);
    const std::optional<lease_holder> there = read_lease(f.path);
    BOOST_TEST_REQUIRE(there.has_value());
    BOOST_TEST((there->process == ::getpid() && there->same_machine(own_lease())));
    BOOST_TEST(held.broken().empty());
  }
  BOOST_TEST(!read_lease(f.path).has_value());
}

BOOST_AUTO_TEST_CASE(of_this_machine_is_over_when_its_lock_is) {
  const folder f;
  const lease_holder own = own_lease();
  f.write("lease", own.host + " " + own.boot + " 1 1-1 5\n");
  const lease held(f.path, true, 0);
  BOOST_TEST(read_lease(f.path)->process == ::getpid());
  BOOST_TEST(held.broken().empty());
}

BOOST_AUTO_TEST_CASE(that_is_no_lease_is_said) {
  const folder f;
  fs::create_symlink("elsewhere", f.path / "lease");
  ::setenv("LENGTHWISE_LEASE_SECONDS", "0.3", 1);
  BOOST_CHECK_THROW(lease(f.path, true, 0), io_error);
  ::unsetenv("LENGTHWISE_LEASE_SECONDS");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(a_folder_of_several_machines)

BOOST_AUTO_TEST_CASE(is_of_the_one_that_lives_and_of_the_next_when_it_died) {
  if (on_machine("n").empty()) {
    std::fprintf(stderr, "SKIPPED: a process cannot have a machine's name of its own here\n");
    return;
  }
  const shared_folder s;
  const std::string busy = "[ -s " + s.out + "/cell/checkpoints/*200.safetensors ]";
  // The second is refused, after it has seen the first one's lease renewed; the first is then killed, and its lease
  // found dead; what it saved is gone on with.
  const outcome o =
      shell(s.cell_on("one") + "--quiet & p=$!; " + until(busy) + s.cell_on("two") + "; echo second $?; " +
            LENGTHWISE_PROGRAM " status " + s.out + "; kill -0 $p && kill -9 $p; wait $p; echo first $?; " + "cat " +
            s.out + "/cell/lease; " + s.cell_on("two") + "& p=$!; sleep 4; " +
            until("! grep -q ^one " + s.out + "/cell/lease") + "kill -TERM $p; wait $p; echo third $?");
  BOOST_TEST(has(o, "is in use by process"), o.text);
  BOOST_TEST(has(o, " on one; wait for it or stop it there"), o.text);
  BOOST_TEST(has(o, "second 6"), o.text);
  BOOST_TEST(!found(o.text, "(running +cell .*process \\d+ on one)").empty(), o.text);
  BOOST_TEST(has(o, "first 137"), o.text);
  BOOST_TEST(!found(o.text, "(warning: process \\d+ on one held this cell and has been silent)").empty(), o.text);
  BOOST_TEST(has(o, "third 75"), o.text);
  BOOST_TEST(found(o.text, "training  step (\\d+)/200000") != "1", o.text);  // not from the beginning
  BOOST_TEST(!fs::exists(s.out + "/cell/lease"));
}

BOOST_AUTO_TEST_CASE(that_was_taken_from_a_sleeper_is_left_by_it) {
  if (on_machine("n").empty()) return;
  const shared_folder s;
  // Stopped for longer than a lease, the first finds another holder when it wakes, and ends as if it were asked to.
  const outcome o = shell(s.cell_on("one") + "--quiet & p=$!; " + until("[ -s " + s.out + "/cell/metrics.jsonl ]") +
                          "kill -STOP $p; " + s.cell_on("two") +
                          " --quiet & q=$!; sleep 4; kill -CONT $p; wait $p; echo first $?; "
                          "kill -TERM $q; wait $q; echo second $?");
  BOOST_TEST(has(o, "first 75"), o.text);
  BOOST_TEST(has(o, "second 75"), o.text);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lengthwise
