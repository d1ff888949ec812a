// What of the machine is a process's own, against what the system's own programs set.
#include "experiments/system/allocation.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <nlohmann/json.hpp>

#include "tests/experiments/tiny_study.hpp"

namespace lengthwise {

using namespace testing;
namespace fs = std::filesystem;

BOOST_AUTO_TEST_SUITE(an_allocation)

BOOST_AUTO_TEST_CASE(decides_how_many_threads_there_are) {
  const tiny_study s;
  const auto cores = [&](const std::string& before) {
    const outcome o =
        shell(before + " " LENGTHWISE_PROGRAM " run " + s.config + " seed=1,2,3,4,5,6,7,8 --dry-run --json --quiet");
    BOOST_TEST_REQUIRE(o.code == 0, o.text);
    const auto plan = nlohmann::json::parse(o.text);
    return plan.at("jobs").get<int>() * plan.at("threads").get<int>();
  };
  const int all = std::stoi(shell("unset SLURM_CPUS_PER_TASK; nproc").text);
  BOOST_TEST(cores("env -u SLURM_CPUS_PER_TASK") <= all);
  BOOST_TEST(cores("taskset -c 0") == 1);
  BOOST_TEST(cores("env SLURM_CPUS_PER_TASK=1") == 1);
  BOOST_TEST(cores("env SLURM_CPUS_PER_TASK=nonsense") <= all);
}

BOOST_AUTO_TEST_CASE(is_the_least_that_any_control_group_gives) {
  const folder f;
  for (const char* group : {"", "a", "a/b"}) fs::create_directories(f.path / group);
  f.write("a/cpu.max", "150000 100000\n");
  f.write("a/b/cpu.max", "max 100000\n");
  f.write("a/memory.max", "max\n");
  f.write("a/b/memory.max", "1048576\n");
  f.write("memory.max", "4096000\n");
  const group_limits own = limits_of_groups("4:memory:/x\n0::/a/b\n", f.path);
  BOOST_TEST((own.cores == 1.5 && own.bytes == 1048576));
  const group_limits above = limits_of_groups("0::/a\n", f.path);
  BOOST_TEST((above.cores == 1.5 && above.bytes == 4096000));
  // A group that is not mounted here, and a system without them.
  BOOST_TEST(limits_of_groups("0::/../other\n", f.path).bytes == 4096000);
  BOOST_TEST(std::isinf(limits_of_groups("", f.path / "none").cores));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lengthwise
