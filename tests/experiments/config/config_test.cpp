// Configs: reading, overriding, sweeping, writing back.
#include "experiments/config/config.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>

#include "core/storage/errors.hpp"
#include "experiments/config/overrides.hpp"
#include "experiments/config/resolve.hpp"
#include "experiments/config/toml_reader.hpp"
#include "experiments/config/toml_writer.hpp"
#include "experiments/sweeps/study.hpp"
#include "experiments/terminal/nearest.hpp"
#include "tests/experiments/program.hpp"

namespace lengthwise {
namespace {

cell_config config_from(std::string_view text) {
  const study_settings s = parse_toml(text, "test.toml");
  return config_of(s.settings);
}
study study_from(std::string_view text, std::initializer_list<std::string_view> words = {}) {
  study_settings s = parse_toml(text, "test.toml");
  for (const std::string_view word : words) apply_override(s, word);
  return make_study(s);
}
// The message of the error, which must be one of usage; "" when there is none.
std::string refusal(std::string_view text, std::initializer_list<std::string_view> words = {}) {
  try {
    study_from(text, words);
  } catch (const usage_error& problem) {
    BOOST_TEST(problem.exit_code() == 2);
    return problem.what();
  }
  return "";
}
std::vector<std::string> folders(const study& s) {
  std::vector<std::string> names;
  for (const study_cell& c : s.cells) names.push_back(c.folder);
  return names;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(config)

BOOST_AUTO_TEST_CASE(edit_distances) {
  BOOST_TEST(edit_distance("kitten", "sitting") == 3);
  BOOST_TEST(edit_distance("", "abc") == 3);
  BOOST_TEST(nearest("lenght", std::vector<std::string>{"layers", "length", "heads"}) == "length");
}

BOOST_AUTO_TEST_CASE(what_a_file_says_is_what_the_config_holds) {
  const cell_config c = config_from(
      "seed = 7\n[encoding]\nbase = 100.0\ntype = 'rope'\n[train]\nrate = 2\n[evaluate]\nlengths = [8, 16]\n");
  BOOST_TEST(c.seed == 7u);
  BOOST_TEST(c.train.rate == 2.0);
  BOOST_TEST(c.evaluate.lengths.size() == 2u);
  BOOST_TEST(c.encoding->name() == "rope");
  BOOST_TEST(toml_text(c).find("base = 100.0") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_resolved_config_reads_back_as_itself) {
  for (const std::string_view type : {"rope", "alibi", "fire", "t5_bias", "none"}) {
    const cell_config c = config_from("name = 'a \"quoted\" name'\n[encoding]\ntype = '" + std::string(type) +
                                      "'\n[train]\nrate = 0.1\n");
    const cell_config again = config_from(toml_text(c));
    BOOST_TEST(toml_text(again) == toml_text(c));
    BOOST_TEST(config_hash(again) == config_hash(c));
  }
}

BOOST_AUTO_TEST_CASE(the_hash_is_of_what_the_result_depends_on) {
  const std::string plain = config_hash(config_from(""));
  BOOST_TEST(config_hash(config_from("name = 'other'")) == plain);
  BOOST_TEST(config_hash(config_from("[train]\nsteps = 600\n[encoding]\ntype = 'rope'")) ==
             plain);  // the defaults, said
  BOOST_TEST(config_hash(config_from("seed = 2")) != plain);
  // The keys of a view are a part of the training where it trained by it.
  const std::string by_view = "[train]\nview = 'linear'\n", keys = "[view.linear]\nfactor = 4.0\n";
  BOOST_TEST(training_hash(config_from(by_view + keys)) != training_hash(config_from(by_view)));
  BOOST_TEST(training_hash(config_from(keys)) == training_hash(config_from("")));
  BOOST_TEST(training_hash(config_from(by_view + keys + "[evaluate]\nviews = ['ntk']\n[view.ntk]\nfactor = 2.0\n")) ==
             training_hash(config_from(by_view + keys)));
  BOOST_TEST(config_hash(config_from("[encoding]\nbase = 10000.5")) != plain);
}

BOOST_AUTO_TEST_CASE(words_of_the_command_line) {
  BOOST_TEST(toml_text(typed_value("3")) == "3");
  BOOST_TEST(toml_text(typed_value("1e-3")) == "0.001");
  BOOST_TEST(toml_text(typed_value("[1, 2]")) == "[1, 2]");
  BOOST_TEST(toml_text(typed_value("'3'")) == "\"3\"");
  BOOST_TEST(toml_text(typed_value("half_split")) == "\"half_split\"");

  const study s = study_from("[sweep]\nseed = [1, 2, 3]\n", {"seed=5", "name=2024", "evaluate.lengths=128,256"});
  BOOST_TEST(s.cells.size() == 1u);
  BOOST_TEST(s.name == "2024");
  BOOST_TEST(s.cells[0].config.seed == 5u);
  BOOST_TEST(s.cells[0].config.evaluate.lengths.size() == 2u);
}

BOOST_AUTO_TEST_CASE(a_sweep_makes_a_cell_of_every_combination) {
  const study s = study_from("[sweep]\n\"encoding.type\" = ['rope', 'alibi']\n", {"seed=1,2"});
  const std::vector<std::string> expected{"encoding.type=rope,seed=1", "encoding.type=rope,seed=2",
                                          "encoding.type=alibi,seed=1", "encoding.type=alibi,seed=2"};
  BOOST_TEST(folders(s) == expected, boost::test_tools::per_element());
  BOOST_TEST(s.cells[3].config.encoding->name() == "alibi");
  BOOST_TEST(s.cells[3].config.seed == 2u);

  BOOST_TEST(folders(study_from(""))[0] == "cell");
  BOOST_TEST(folders(study_from("", {"evaluate.lengths=[128],[256,512]"}))[1] == "evaluate.lengths=[256,512]");
  BOOST_TEST(folders(study_from("", {"corpus.path=/a/b.txt,/c d"}))[1] == "corpus.path=%2Fc%20d");
}

BOOST_AUTO_TEST_CASE(keys_of_one_encoding_in_a_sweep_over_encodings) {
  const study s = study_from("[encoding.rope]\nbase = 50.0\n[sweep]\n\"encoding.type\" = ['rope', 'alibi']\n");
  BOOST_TEST(toml_text(s.cells[0].config).find("base = 50.0") != std::string::npos);
  BOOST_TEST(refusal("[encoding]\nbase = 50.0\n[sweep]\n\"encoding.type\" = ['rope', 'alibi']\n")
                 .find("test.toml:2: unknown key encoding.base for encoding alibi") == 0u);
  BOOST_TEST(refusal("[encoding.alibi]\nbas = 1\n").find("test.toml:2: unknown key encoding.alibi.bas") == 0u);
}

BOOST_AUTO_TEST_CASE(bad_configs_are_refused_with_the_place_and_the_reason) {
  struct bad {
    std::string_view text, message;
  };
  for (const bad& b : std::initializer_list<bad>{
           {"[train]\nlenght = 3", "test.toml:2: unknown key train.lenght; did you mean train.length?"},
           {"[trian]\nsteps = 3", "test.toml:2: unknown key trian.steps; did you mean train.steps?"},
           {"train = 3", "test.toml:1: train is a section, not a key"},
           {"[train]\nsteps = 'many'", "test.toml:2: train.steps must be a whole number"},
           {"[train]\nsteps = 1.5", "test.toml:2: train.steps must be a whole number"},
           {"[train]\n\nrate = nan", "test.toml:3: train.rate must lie between 0 and 1000, not nan"},
           {"[train]\nrate = inf", "test.toml:2: train.rate must lie between 0 and 1000, not inf"},
           {"[model]\nwidth = 0", "test.toml:2: model.width must lie between 1 and 65536, not 0"},
           {"[model]\nwidth = 100\nheads = 3",
            "test.toml:3: model.width must be a multiple of model.heads (model.width = 100, model.heads = 3)"},
           {"[model]\nwidth = 12\nheads = 4\n[encoding]\ntype = 'rope'", "rope needs an even head width"},
           {"[train]\nbatch = 9",
            "test.toml:2: train.batch must be a multiple of train.shards (train.batch = 9, train.shards = 8)"},
           {"[evaluate]\nlengths = [1]", "test.toml:2: evaluate.lengths must lie between 2 and"},
           {"[evaluate]\nlengths = 128", "test.toml:2: evaluate.lengths must be a list"},
           {"[evaluate]\nprotocols = ['slide']", "test.toml:2: evaluate.protocols must be one of \"non_overlapping\""},
           {"[encoding]\ntype = 'rop'",
            "test.toml:2: encoding.type is \"rop\", which is no encoding; did you mean \"rope\"?"},
           {"name = '../up'", "test.toml:1: name \"../up\" must not hold a separator"},
           {"name = ''", "test.toml:1: name \"\" must not be empty"},
           {"name = '..'", "test.toml:1: name \"..\" must name a folder of its own"},
           {"name = \"a\\u0007\"", "test.toml:1: name \"a\\x07\" must not hold control characters"},
           {"seed = 1\nseed = 2", "test.toml:2: not TOML"},
           {"seed = 99999999999999999999", "test.toml:1: not TOML"},
           {"seed = -1", "test.toml:1: seed must lie between 0 and"},
           {"seed = 2000-01-01", "test.toml:1: seed must be true, a number"},
           {"\nname = '\xff\xfe'", "test.toml:2: not TOML"},
           {"[sweep]\nseed = 3", "test.toml:2: sweep.seed must be a list"},
           {"[sweep]\nseed = [1, 1]", "test.toml:2: the sweep of seed lists 1 twice"},
           {"[sweep]\nsede = [1]", "test.toml:2: unknown key sede; did you mean seed?"}}) {
    const std::string message = refusal(b.text);
    BOOST_TEST(message.find(b.message) != std::string::npos, "\"" << b.text << "\" gave \"" << message << "\"");
    BOOST_TEST(std::ranges::count(message, '\n') <= 1);
  }
}

BOOST_AUTO_TEST_CASE(hostile_configs_end_in_a_message) {
  std::string deep = "[a";
  for (int i = 0; i < 10'000; ++i) deep += ".a";
  BOOST_TEST(refusal(deep + "]").find("test.toml:1: more than 200 dots in a line") == 0u);
  BOOST_TEST(refusal("a = " + std::string(10'000, '[')).find("test.toml:1: not TOML") == 0u);
  BOOST_TEST(refusal("a = " + std::string(10'000, '{')).find("test.toml:1: not TOML") == 0u);
  std::string many;
  for (int i = 0; i < 10'000; ++i) many += "[a" + std::to_string(i) + ".b.c.d.e.f]\nx = 1\n";
  BOOST_TEST(refusal(many).find("nests deeper than any key there is") != std::string::npos);
  BOOST_TEST(refusal(std::string("a\0b = 1", 7)).find("test.toml:1: not TOML") == 0u);
  std::string axes = "[sweep]\n";
  for (const std::string_view key : {"seed", "train.steps", "train.warmup", "train.log_every", "model.layers"})
    axes += "\"" + std::string(key) + "\" = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]\n";
  BOOST_TEST(refusal(axes).find("more than 10000 cells") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(keys_may_vary_together) {
  const study both = study_from("[sweep]\nseed = [1, 2]\n\"train.length,train.batch\" = [[64, 32], [128, 16]]", {});
  BOOST_TEST(folders(both) == (std::vector<std::string>{
                                  "seed=1,train.length=64,train.batch=32", "seed=1,train.length=128,train.batch=16",
                                  "seed=2,train.length=64,train.batch=32", "seed=2,train.length=128,train.batch=16"}),
             boost::test_tools::per_element());
  BOOST_TEST(both.cells[2].config.train.length == 64);
  BOOST_TEST(both.cells[2].config.train.batch == 32);
  for (const auto& [sweep, part] :
       {std::pair{"\"train.length,train.batch\" = [[64, 32], [128]]", "each of its values is a list of 2"},
        {"\"train.length,train.batch\" = [64, 128]", "each of its values is a list of 2"},
        {"\"train.length,train.batch\" = [[64, 32]]\n\"train.batch\" = [16, 32]", "train.batch is swept twice"},
        {"\"train.length,name\" = [[64, 'a']]", "cannot be swept"}}) {
    const std::string message = refusal(std::string("[sweep]\n") + sweep);
    BOOST_TEST(message.find(part) != std::string::npos, message);
  }
}

BOOST_AUTO_TEST_CASE(what_is_said_later_and_nearer_wins_however_it_is_spelled) {
  // Each key of a file's settings, of its sweep and of the command line, in every spelling; the value that must hold.
  const auto base_of = [](std::string_view file, std::initializer_list<std::string_view> words) {
    const study s = study_from(file, words);
    BOOST_TEST(s.cells.size() == 1u);
    for (const named_value& v : config_values(s.cells[0].config))
      if (v.name == "encoding.base") return toml_text(v.value);
    return std::string("none");
  };
  const std::string general = "[encoding]\nbase = 2.0\n", own = "[encoding.rope]\nbase = 3.0\n",
                    swept = "[sweep]\n\"encoding.rope.base\" = [4.0, 5.0]\n",
                    together = "[sweep]\n\"encoding.base,seed\" = [[4.0, 1], [5.0, 1]]\n";
  BOOST_TEST(base_of(general + own, {}) == "3.0");  // later in the file
  BOOST_TEST(base_of(own + general, {}) == "2.0");
  BOOST_TEST(base_of(own, {"encoding.base=7"}) == "7.0");
  BOOST_TEST(base_of(general, {"encoding.rope.base=7"}) == "7.0");
  BOOST_TEST(base_of(swept, {"encoding.base=7"}) == "7.0");
  BOOST_TEST(base_of(together, {"encoding.rope.base=7"}) == "7.0");
  BOOST_TEST(base_of(general, {"encoding.rope.base=7", "encoding.base=8"}) == "8.0");
  BOOST_TEST(base_of(general, {"encoding.base=7,8", "encoding.rope.base=9"}) == "9.0");

  // A key that varies together with others is replaced alone.
  const std::string both = "[sweep]\n\"train.length,train.batch\" = [[64, 32], [128, 16]]\n";
  const study batch = study_from(both, {"train.batch=8"});
  BOOST_TEST(folders(batch) == (std::vector<std::string>{"train.length=64", "train.length=128"}),
             boost::test_tools::per_element());
  BOOST_TEST((batch.cells[0].config.train.batch == 8 && batch.cells[1].config.train.batch == 8));
  const study seeds = study_from(both + "seed = [1, 2]\n", {"train.length,seed=[32,5],[64,6]"});
  BOOST_TEST(seeds.cells.size() == 4u);
  BOOST_TEST((seeds.cells[0].config.train.length == 32 && seeds.cells[0].config.train.batch == 32));

  // Which text it is is one choice, by a name or by a path.
  const auto text_of = [](std::string_view file, std::initializer_list<std::string_view> words) {
    std::string all;
    for (const study_cell& c : study_from(file, words).cells)
      all += c.config.corpus.name + "|" + c.config.corpus.path.string() + " ";
    return all;
  };
  BOOST_TEST(text_of("[corpus]\npath = '/a/b.txt'\n", {}) == "|/a/b.txt ");
  BOOST_TEST(text_of("[corpus]\npath = '/a/b.txt'\n", {"corpus.name=kjv,moby"}) == "kjv| moby| ");
  BOOST_TEST(text_of("[corpus]\nname = 'kjv'\n", {"corpus.path=/a,/b"}) == "|/a |/b ");
  BOOST_TEST(text_of("[corpus]\npath = '/a'\n[sweep]\n\"corpus.name\" = ['kjv', 'moby']\n", {}) == "kjv| moby| ");
  BOOST_TEST(text_of("[sweep]\n\"corpus.path\" = ['/a', '/b']\n", {"corpus.name=kjv"}) == "kjv| ");
  BOOST_TEST(text_of("", {"corpus.path=/a", "corpus.name=kjv"}) == "kjv| ");
  BOOST_TEST(text_of("", {"corpus.name=kjv", "corpus.path=/a"}) == "|/a ");
  BOOST_TEST(text_of("[sweep]\n\"corpus.name,corpus.path\" = [['kjv', ''], ['', '/a']]\n", {}) == "kjv| |/a ");
  for (const auto& [file, part] :
       {std::pair{"[corpus]\nname = 'kjv'\npath = '/a'\n", "test.toml:3: corpus.name and corpus.path say the same"},
        {"[sweep]\n\"corpus.name\" = ['kjv']\n\"corpus.path\" = ['/a']\n",
         "test.toml:3: corpus.name and corpus.path say"},
        {"[sweep]\n\"encoding.base\" = [1]\n\"encoding.rope.base\" = [2]\n",
         "test.toml:3: encoding.base and encoding.rope"}})
    BOOST_TEST(refusal(file).find(part) == 0u, refusal(file));
  // A digest belongs to the text beside which it stands.
  const std::string digest(64, 'a'), pinned = "[corpus]\npath = '/a'\nsha256 = '" + digest + "'\n";
  BOOST_TEST(study_from(pinned).cells[0].config.corpus.sha256 == digest);
  for (const std::string_view other : {"corpus.path=/b", "corpus.name=kjv"})
    BOOST_TEST(study_from(pinned, {other}).cells[0].config.corpus.sha256 == "");
  BOOST_TEST(
      refusal("[corpus]\nname = 'kjv'\nsha256 = '" + digest + "'\n").find("test.toml:3: corpus.sha256 goes with") ==
      0u);
}

BOOST_AUTO_TEST_CASE(a_hyper_parameter_that_the_file_gives_another_encoding_is_left_out_and_said) {
  const std::string file = "[encoding]\ntype = 'rope'\nbase = 50.0\n";
  const study s = study_from(file, {"encoding.type=alibi,xpos"});
  BOOST_TEST(
      s.notes ==
          std::vector<std::string>{"test.toml:3: encoding.base is left out: alibi (command line) has no such key"},
      boost::test_tools::per_element());
  BOOST_TEST(config_hash(s.cells[0].config) == config_hash(config_from("[encoding]\ntype = 'alibi'\n")));
  BOOST_TEST(config_hash(s.cells[1].config) == config_hash(config_from("[encoding]\ntype = 'xpos'\nbase = 50\n")));
  // What swept it makes no cells of its own.
  const study swept = study_from("[sweep]\n\"encoding.base\" = [1.0, 2.0]\nseed = [1, 2]\n", {"encoding.type=alibi"});
  BOOST_TEST(folders(swept) == (std::vector<std::string>{"seed=1", "seed=2"}), boost::test_tools::per_element());
  // A misspelt key is no one's, and the command line must not contradict itself.
  BOOST_TEST(
      refusal("[encoding]\nbse = 50.0\n", {"encoding.type=alibi"}).find("test.toml:2: unknown key encoding.bse") == 0u);
  BOOST_TEST(refusal(file, {"encoding.type=alibi", "encoding.base=3"})
                 .find("command line: unknown key encoding.base for encoding alibi; it belongs to cpb, p_rope") == 0u);
}

BOOST_AUTO_TEST_CASE(paths_count_from_where_they_are_said) {
  const auto path_of = [](std::string_view text, std::initializer_list<std::string_view> words) {
    study_settings s = parse_toml(text, "/project/test.toml", "/project/configs");
    for (const std::string_view word : words) apply_override(s, word);
    return make_study(s).cells.back().config.corpus.path.string();
  };
  const std::string here = std::filesystem::current_path().string();
  BOOST_TEST(path_of("[corpus]\npath = 'a.txt'\n", {}) == "/project/configs/a.txt");
  BOOST_TEST(path_of("[corpus]\npath = '../texts/a.txt'\n", {}) == "/project/texts/a.txt");
  BOOST_TEST(path_of("[sweep]\n\"corpus.path\" = ['a.txt', 'b.txt']\n", {}) == "/project/configs/b.txt");
  BOOST_TEST(path_of("[sweep]\n\"corpus.path,train.steps\" = [['a.txt', 20], ['b.txt', 30]]\n", {}) ==
             "/project/configs/b.txt");
  BOOST_TEST(path_of("", {"corpus.path=a.txt"}) == here + "/a.txt");
  BOOST_TEST(path_of("", {"corpus.path=a.txt,b.txt"}) == here + "/b.txt");
  BOOST_TEST(path_of("", {"corpus.path,seed=[a.txt,1],[2024,2]"}) == here + "/2024");
  BOOST_TEST(path_of("[corpus]\npath = 'a.txt'\n", {"corpus.path=/b.txt"}) == "/b.txt");
}

BOOST_AUTO_TEST_CASE(one_cell_in_two_spellings_is_refused_with_both) {
  for (const auto& [word, first, second] :
       {std::tuple{"train.clip=1,1.0", "train.clip=1", "train.clip=1.0"},
        {"encoding.base=10000,1e4", "encoding.base=10000", "encoding.base=1e4"},
        {"train.weight_decay=0,-0.0", "train.weight_decay=0", "train.weight_decay=-0.0"},
        {"evaluate.lengths=128,[128]", "evaluate.lengths=128", "evaluate.lengths=[128]"},
        {"evaluate.lengths=[128,256],[128, 256 ]", "evaluate.lengths=[128,256]", "evaluate.lengths=[128, 256 ]"},
        {"corpus.path=/a/b,/a/../a/b", "corpus.path=/a/b", "corpus.path=/a/../a/b"},
        {"train.rate,seed=[1e-3,1],[0.001,1]", "train.rate=1e-3", "train.rate=0.001"},
        {"model.norm=layer,'layer'", "", ""}}) {
    const std::string message = refusal("", {word}), both = std::string(first) + " and " + second;
    BOOST_TEST(message.find(*first == 0 ? "twice" : both + " make the same cell") != std::string::npos,
               word << ": " << message);
    BOOST_TEST(message.starts_with("command line: "), message);
  }
  BOOST_TEST(
      refusal("[sweep]\n\"train.clip\" = [\n1,\n1.0]\n").find("test.toml:4: train.clip=1 and train.clip=1.0 make") ==
      0u);
  BOOST_TEST(
      refusal("[encoding]\nbase = 3\n[sweep]\n\"encoding.type,encoding.rope.base\" = [['rope', 3], ['rope', 3.0]]\n")
          .find("make the same cell") != std::string::npos);
  // A choice that is meant for another encoding makes no cell.
  BOOST_TEST(folders(study_from("", {"encoding.type=rope,alibi", "encoding.rope.base=100,10000"})) ==
                 (std::vector<std::string>{"encoding.type=rope,encoding.rope.base=100.0",
                                           "encoding.type=rope,encoding.rope.base=10000.0", "encoding.type=alibi"}),
             boost::test_tools::per_element());
  for (const auto& [key, value] :
       {std::pair{"evaluate.lengths", "[32, 32]"}, {"evaluate.protocols", "[\"sliding\", \"sliding\"]"}}) {
    const std::string message = refusal(std::string("[evaluate]\nstride = 8\n") + (key + 9) + " = " + value + "\n");
    BOOST_TEST(message.starts_with(std::string("test.toml:3: ") + key + " must not name a"), message);
    BOOST_TEST(message.ends_with(std::string("twice (") + key + " = " + value + ")"), message);
  }
}

BOOST_AUTO_TEST_CASE(errors_name_the_key_that_is_at_fault_and_where_it_was_said) {
  const std::string named = "name = 'base'\nseed = 1\n[model]\nwidth = 12\nheads = 3\n[evaluate]\nstride = 8\n";
  BOOST_TEST(refusal(named + "lengths = []\n") ==
             "test.toml:8: evaluate.lengths must name at least one length (evaluate.lengths = [])");
  BOOST_TEST(
      refusal(named, {"model.heads=4"}) ==
      "command line: rope needs an even head width (model.width / model.heads) (model.width = 12, model.heads = 4)");
  BOOST_TEST(refusal("[model]\nwidth = 12\nheads = 4\n[encoding]\ntype = 'alibi'\n", {"encoding.type=xpos"})
                 .find("command line: xpos needs") == 0u);
  BOOST_TEST(refusal("[encoding]\ntype = 't5_bias'\n[encoding.t5_bias]\nbuckets = 7\n") ==
             "test.toml:4: encoding.buckets must be even (encoding.buckets = 7)");
}

BOOST_AUTO_TEST_CASE(encodings_together_and_layer_by_layer) {
  const testing::folder f;
  const auto shown = [&](const std::string& text, const std::string& words = "") {
    return testing::program("show " + f.write("c.toml", text) + " " + words).text;
  };
  const std::string pattern = shown("[encoding]\nlayers = [\"rope\", \"rope\", \"none\"]\nbase = 77.0\n");
  BOOST_TEST(pattern.find("layers = [\"rope\", \"rope\", \"none\"]") != std::string::npos, pattern);
  BOOST_TEST(pattern.find("base = 77.0") != std::string::npos);
  BOOST_TEST(pattern == shown("[encoding]\ntype = \"rope,rope,none\"\nbase = 77.0\n"));
  BOOST_TEST(pattern == shown("", "encoding.layers=[rope,rope,none] encoding.rope.base=77"));
  BOOST_TEST(shown("[encoding]\ntype = \"rope+cpb\"\ncpb.base = 3.0\n").find("[encoding.cpb]\nbase = 3.0") !=
             std::string::npos);
  const std::string both = shown("[encoding]\ntype = \"rope+cpb\"\nbase = 3.0\n");  // KEY alone is meant for all
  BOOST_TEST(both.find("[encoding.rope]\nbase = 3.0") != std::string::npos, both);
  BOOST_TEST(both.find("[encoding.cpb]\nbase = 3.0") != std::string::npos, both);
  const std::string swept = shown(
      "[sweep]\n\"encoding.type,attention.windows\" = [[\"rope\", 0], [\"rope,none\", [8, 0]], [\"rope,none\", 0]]\n");
  BOOST_TEST(swept.find("3 cells") != std::string::npos, swept);
  const auto refused = [&](const std::string& text, const std::string& why) {
    const std::string said = shown(text);
    BOOST_TEST(said.find(why) != std::string::npos, said);
    BOOST_TEST(std::ranges::count(said, '\n') == 1, said);
  };
  refused("[encoding]\ntype = \"rope+xpos\"\n", "both of them turn queries and keys (encoding.type = \"rope+xpos\")");
  refused("[encoding]\nlayers = [\"rope\", \"sinusoidal\"]\n", "cannot stand in some of them");
  refused("[encoding]\nlayers = [\"rope\", \"rop\"]\n", "did you mean \"rope\"?");
  refused("[encoding]\ntype = \"rope\"\nlayers = [\"rope\"]\n", "say the same thing");
  refused("[attention]\nkind = \"linear\"\n[encoding]\ntype = \"alibi\"\n",
          "it takes encodings of the input and rotations");
  refused("[attention]\nkind = \"linear\"\nsink = \"one\"\n", "a sink joins a softmax alone");
  refused("[train]\nswitch_to = \"alibi\"\nswitch_at = 10\n[encoding]\ntype = \"kerple_log\"\n",
          "learns the same parameters");
  refused("[train]\npositions = \"pose\"\n[encoding]\ntype = \"learned\"\n", "beyond the encoding's domain");
  refused("[train]\npositions = \"randomized\"\npositions_from = 100\n", "must not be less than train.length");
  refused("[train]\nview = \"linaer\"\n", "did you mean linear?");
  refused("[train]\nview = \"linear\"\n[encoding]\ntype = \"learned\"\n", "train.view is not for this encoding");
  refused("[train]\nview = \"foreign\"\n", "must read all tokens of its own text");
  refused("[train]\nview = \"linear\"\npositions = \"pose\"\n", "both say where tokens stand");
  refused("[train]\nview = \"window\"\n[view.window]\nkeys = 4\n[attention]\nkind = \"linear\"\n",
          "no view may leave keys out");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lengthwise
