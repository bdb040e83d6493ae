#include "sim/config/slurm_topology.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <set>

#include "sim/base/lower_case.hpp"
#include "sim/base/quantity.hpp"
#include "sim/config/raw_graph.hpp"
#include "sim/config/xml_file.hpp"

namespace sim::config {
namespace {

constexpr std::size_t kMostNames = 1'000'000;

struct Switch {
  std::string name;
  std::vector<std::string> nodes;
  std::vector<std::string> below;
  GraphPlace place;
};

bool is_digits(const std::string& text) {
  return !text.empty() && text.size() <= 9 && text.find_first_not_of("0123456789") == std::string::npos;
}

/// Names as Slurm abbreviates them: n[0-15,20], rack[1-2]n[01-18].
class HostList {
 public:
  HostList(const GraphPlace& place, std::vector<std::string>& names) : place_(place), names_(names) {}

  void expand(const std::string& text) {
    constexpr std::size_t kMostBrackets = 8, kLongest = 256;
    std::size_t start = 0;
    int depth = 0;
    for (std::size_t at = 0; at <= text.size(); ++at) {
      const char byte = at < text.size() ? text[at] : ',';
      if (byte == '[') ++depth;
      if (byte == ']') --depth;
      if (depth < 0 || depth > 1) refuse_at(place_, "brackets of " + text + " do not match");
      if (byte != ',' || (depth > 0 && at < text.size())) continue;
      if (depth > 0) refuse_at(place_, "brackets of " + text + " do not match");
      const std::string one = text.substr(start, at - start);
      const std::size_t outside = one.find('[') == std::string::npos ? one.size() : one.size() - longest_list(one);
      if (std::count(one.begin(), one.end(), '[') > static_cast<std::ptrdiff_t>(kMostBrackets) || outside > kLongest) {
        refuse_at(place_, "a name of more than 8 brackets or 256 characters");
      }
      expand_one("", one);
      start = at + 1;
    }
  }

 private:
  // Lists inside brackets may be long, names may not.
  static std::size_t longest_list(const std::string& one) {
    std::size_t inside = 0, open = 0;
    for (std::size_t at = 0; at < one.size(); ++at) {
      if (one[at] == '[') open = at;
      if (one[at] == ']') inside += at - open;
    }
    return inside;
  }

  void expand_one(const std::string& before, const std::string& rest) {
    const std::size_t open = rest.find('[');
    if (open == std::string::npos) {
      if ((before + rest).empty()) refuse_at(place_, "an empty name in a list");
      if (names_.size() == kMostNames) refuse_at(place_, "more than 1,000,000 names");
      names_.push_back(before + rest);
      return;
    }
    const std::size_t close = rest.find(']', open);
    const std::string inside = rest.substr(open + 1, close - open - 1), after = rest.substr(close + 1);
    for (std::size_t start = 0; start <= inside.size();) {
      const std::size_t end = std::min(inside.find(',', start), inside.size());
      expand_range(before + rest.substr(0, open), inside.substr(start, end - start), after);
      start = end + 1;
    }
  }

  void expand_range(const std::string& before, const std::string& range, const std::string& after) {
    const std::size_t dash = range.find('-');
    const std::string first = range.substr(0, dash), last = dash == std::string::npos ? first : range.substr(dash + 1);
    if (!is_digits(first) || !is_digits(last) || std::stol(first) > std::stol(last)) {
      refuse_at(place_, "[" + range + "] is no range of numbers", "expected such as n[0-15]");
    }
    for (long number = std::stol(first); number <= std::stol(last); ++number) {
      expand_one(before + fmt::format("{:0{}}", number, first.size()), after);
    }
  }

  const GraphPlace& place_;
  std::vector<std::string>& names_;
};

struct Word {
  std::string text;
  GraphPlace place;
};

/// The words of a line without its comment.
std::vector<Word> words_of(const std::string& line, int number) {
  std::vector<Word> words;
  for (std::size_t at = 0; at < line.size() && line[at] != '#';) {
    if (std::isspace(static_cast<unsigned char>(line[at])) != 0) {
      ++at;
      continue;
    }
    std::size_t end = at;
    while (end < line.size() && std::isspace(static_cast<unsigned char>(line[end])) == 0 && line[end] != '#') ++end;
    words.push_back({line.substr(at, end - at), {number, static_cast<int>(at) + 1}});
    at = end;
  }
  return words;
}

/// A line of words; one that ends in a backslash goes on.
std::vector<std::vector<Word>> lines_of(const std::string& text) {
  std::vector<std::vector<Word>> lines;
  bool goes_on = false;
  int number = 0;
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = std::min(text.find('\n', start), text.size());
    std::vector<Word> words = words_of(text.substr(start, end - start), ++number);
    start = end + 1;
    const bool continues = !words.empty() && words.back().text == "\\";
    if (continues) words.pop_back();
    if (goes_on)
      lines.back().insert(lines.back().end(), words.begin(), words.end());
    else if (!words.empty())
      lines.push_back(std::move(words));
    goes_on = continues && !lines.empty();
  }
  return lines;
}

Switch switch_of(const std::vector<Word>& words) {
  Switch made;
  made.place = words.front().place;
  for (const Word& word : words) {
    const std::size_t equals = word.text.find('=');
    const std::string key = lower_case(word.text.substr(0, equals));
    const std::string value = equals == std::string::npos ? "" : word.text.substr(equals + 1);
    if (value.empty()) refuse_at(word.place, "expected KEY=VALUE, got " + word.text);
    if (key == "switchname")
      made.name = value;
    else if (key == "nodes")
      HostList(word.place, made.nodes).expand(value);
    else if (key == "switches")
      HostList(word.place, made.below).expand(value);
    else if (key == "blockname" || key == "blocksizes")
      refuse_at(word.place, "a block topology, of which only trees are read");
    else if (key != "linkspeed") {
      refuse_at(word.place, "unknown key " + word.text.substr(0, equals),
                "known are SwitchName, Nodes, Switches, LinkSpeed");
    }
  }
  if (made.name.empty()) refuse_at(made.place, "a line without SwitchName");
  if (made.nodes.empty() == made.below.empty()) {
    refuse_at(
        made.place,
        "switch " + made.name + (made.nodes.empty() ? " has neither Nodes nor Switches" : " has Nodes and Switches"),
        "leaves have Nodes, the switches above them Switches");
  }
  return made;
}

class Tree {
 public:
  explicit Tree(const std::string& text) {
    std::size_t names = 0;
    for (const std::vector<Word>& line : lines_of(text)) {
      switches_.push_back(switch_of(line));
      const Switch& last = switches_.back();
      names += last.nodes.size() + last.below.size();
      if (names > kMostNames) refuse_at(last.place, "more than 1,000,000 names");
      if (!index_.try_emplace(last.name, switches_.size() - 1).second) {
        refuse_at(last.place, "a second switch " + last.name);
      }
    }
    if (switches_.empty()) refuse_at({1, 1}, "no switches", "expected lines such as SwitchName=s0 Nodes=n[0-15]");
    link();
  }

  SlurmTree measure() {
    SlurmTree tree;
    std::vector<std::size_t> leaves, middles;
    const int height = height_of(root_, 1);
    for (std::size_t index = 0; index < switches_.size(); ++index) {
      if (!switches_[index].nodes.empty())
        leaves.push_back(index);
      else if (index != root_)
        middles.push_back(index);
    }
    tree.leaves = static_cast<int>(leaves.size());
    for (const std::size_t leaf : leaves) tree.nodes += static_cast<int>(switches_[leaf].nodes.size());
    const std::size_t small_leaf = even(
        leaves, [](const Switch& of) { return of.nodes.size(); }, "nodes");
    tree.nodes_per_leaf = static_cast<int>(largest_);
    if (height < 3) return tree;
    const std::size_t small_middle = even(
        middles, [](const Switch& of) { return of.below.size(); }, "switches");
    tree.leaves_per_root = static_cast<int>(largest_);
    if (small_leaf != kNobody && small_middle != kNobody && parent_[small_leaf] != small_middle) {
      cannot_at(switches_[small_leaf].place,
                "switch " + switches_[small_leaf].name + " has fewer nodes than others, and " +
                    switches_[small_middle].name + " fewer switches",
                "only the last switch may be smaller");
    }
    return tree;
  }

 private:
  static constexpr std::size_t kNobody = ~std::size_t{0};

  void link() {
    std::set<std::string> seen;
    parent_.assign(switches_.size(), kNobody);
    for (std::size_t index = 0; index < switches_.size(); ++index) {
      const Switch& at = switches_[index];
      for (const std::string& node : at.nodes) {
        if (!seen.insert(node).second) refuse_at(at.place, "node " + node + " is under two switches");
      }
      for (const std::string& name : at.below) {
        const auto below = index_.find(name);
        if (below == index_.end()) refuse_at(at.place, "there is no switch " + name);
        if (parent_[below->second] != kNobody) refuse_at(at.place, "switch " + name + " is under two switches");
        parent_[below->second] = index;
      }
    }
    for (std::size_t index = 0; index < switches_.size(); ++index) {
      if (parent_[index] != kNobody) continue;
      if (root_ != kNobody) {
        cannot_at(switches_[index].place,
                  "nothing joins the switches " + switches_[root_].name + " and " + switches_[index].name,
                  "a fabric has one switch over all others");
      }
      root_ = index;
    }
    if (root_ == kNobody) refuse_at(switches_.front().place, "the switches are under each other in a circle");
  }

  int height_of(std::size_t index, int level) {
    if (level > 3)
      cannot_at(switches_[index].place, "switch " + switches_[index].name + " is on a fourth tier of switches");
    ++visited_;
    int height = 1;
    for (const std::string& name : switches_[index].below) {
      const int below = height_of(index_.at(name), level + 1) + 1;
      if (height > 1 && below != height) {
        cannot_at(switches_[index].place,
                  "the leaves under switch " + switches_[index].name + " are at different heights");
      }
      height = below;
    }
    if (level == 1 && visited_ != switches_.size()) {
      refuse_at(switches_.front().place, "some switches are under each other in a circle");
    }
    return height;
  }

  /// The one that is smaller than all others, kNobody if all are equal.
  template <class Size>
  std::size_t even(const std::vector<std::size_t>& members, Size size, const char* what) {
    largest_ = 0;
    for (const std::size_t member : members) largest_ = std::max(largest_, size(switches_[member]));
    std::size_t small = kNobody;
    for (const std::size_t member : members) {
      if (size(switches_[member]) == largest_) continue;
      if (small != kNobody) {
        cannot_at(switches_[member].place,
                  fmt::format("switches {} and {} have {} and {} {}, others {}", switches_[small].name,
                              switches_[member].name, size(switches_[small]), size(switches_[member]), what, largest_),
                  "the simulator's trees are even but for the last switch: write an even tree of about that size");
      }
      small = member;
    }
    return small;
  }

  std::vector<Switch> switches_;
  std::map<std::string, std::size_t> index_;
  std::vector<std::size_t> parent_;
  std::size_t root_ = kNobody;
  std::size_t visited_ = 0;
  std::size_t largest_ = 0;
};

}  // namespace

SlurmTree parse_slurm_topology(const std::string& text, const std::string& name) {
  try {
    return Tree(text).measure();
  } catch (const InputError& error) {
    throw in_file(error, name, text);
  }
}

}  // namespace sim::config
