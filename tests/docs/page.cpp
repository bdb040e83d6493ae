#include "tests/docs/page.hpp"

#include <algorithm>
#include <regex>
#include <sstream>

namespace sim::test {
namespace {

using Lines = std::vector<std::string>;

std::string trimmed_end(std::string text) {
  text.erase(text.find_last_not_of(" \t\r") + 1);
  return text;
}

Lines without_empty_ends(Lines lines) {
  for (std::string& line : lines) line = trimmed_end(line);
  while (!lines.empty() && lines.back().empty()) lines.pop_back();
  lines.erase(lines.begin(), std::find_if(lines.begin(), lines.end(), [](const auto& line) { return !line.empty(); }));
  return lines;
}

// A block of a page, without its indentation.
struct Block {
  int line = 0;
  Lines lines;
  std::string paragraph;  // that stands before it
};

bool is_indented(const std::string& line) {
  return line.rfind("    ", 0) == 0;
}

std::vector<Block> blocks_of(const std::string& page) {
  std::vector<Block> blocks;
  std::istringstream stream(page);
  std::string line, paragraph;
  bool in_block = false, is_fenced = false, is_after_empty = true;
  for (int number = 1; std::getline(stream, line); ++number) {
    line = trimmed_end(line);
    if (line.rfind("```", 0) == 0) {
      is_fenced = !is_fenced;
      in_block = is_fenced;
      if (is_fenced) blocks.push_back({number + 1, {}, paragraph});
    } else if (is_fenced) {
      blocks.back().lines.push_back(line);
    } else if (is_indented(line) && (in_block || is_after_empty)) {
      if (!in_block) blocks.push_back({number, {}, paragraph});
      in_block = true;
      blocks.back().lines.push_back(line.substr(4));
    } else if (line.empty()) {
      if (in_block) blocks.back().lines.emplace_back();
    } else {
      if (in_block || is_after_empty) paragraph.clear();
      in_block = false;
      paragraph += (paragraph.empty() ? "" : " ") + line;
    }
    is_after_empty = line.empty();
  }
  return blocks;
}

bool is_command(const std::string& line) {
  static const std::regex command("^(scripts/simulate|build/release/simulate|simulate) .*");
  return std::regex_match(line, command);
}

// Another command of the same block: it ends what is printed above it, and is not run.
bool is_other_command(const std::string& line) {
  static const std::regex command("^(scripts/|ctest |cmake |parallel |bash ).*");
  return std::regex_match(line, command);
}

// The file that a paragraph announces: "Write this to `half.yaml`:".
std::string announced_file(const std::string& paragraph) {
  if (paragraph.empty() || (paragraph.back() != ':' && paragraph.rfind("：") != paragraph.size() - 3)) return "";
  const std::size_t close = paragraph.rfind('`');
  if (close == std::string::npos || close == 0) return "";
  const std::size_t open = paragraph.rfind('`', close - 1);
  if (open == std::string::npos) return "";
  const std::string name = paragraph.substr(open + 1, close - open - 1);
  static const std::regex file("^[A-Za-z0-9_./-]+\\.(yaml|txt|log)$");
  const std::string between = paragraph.substr(close);
  return std::regex_match(name, file) && between.find(". ") == std::string::npos ? name : "";
}

// Where the words for people begin: at a #, or behind two spaces, but not inside quotes.
std::size_t remark_in(const std::string& line) {
  char quote = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (quote != 0) {
      if (line[i] == quote) quote = 0;
    } else if (line[i] == '\'' || line[i] == '"') {
      quote = line[i];
    } else if (i > 0 && line[i - 1] == ' ' && (line[i] == '#' || line[i] == ' ')) {
      return i;
    }
  }
  return std::string::npos;
}

Step command_at(const Block& block, std::size_t& index) {
  Step step;
  step.line = block.line + static_cast<int>(index);
  std::string line = block.lines[index++];
  while (!line.empty() && line.back() == '\\' && index < block.lines.size()) {
    line.pop_back();
    const std::string& next = block.lines[index++];
    line += next.substr(std::min(next.size(), next.find_first_not_of(' ')));
  }
  const std::size_t remark = remark_in(line);
  static const std::regex stated("\\(exit ([0-9]+)\\)");
  std::smatch match;
  const std::string words = remark == std::string::npos ? "" : line.substr(remark);
  if (std::regex_search(words, match, stated)) step.exit_code = std::stoi(match[1]);
  step.text = trimmed_end(line.substr(0, remark));
  static const std::regex placeholder(" (FILES?|STUDY|SHARD|RESULTS|TRACES|SCRIPT|SHELL|NAME|RULE|LOG|OUTPUT|[AB])([ .|]|$)| \\[");
  step.is_synopsis = std::regex_search(step.text, placeholder);
  return step;
}

}  // namespace

std::vector<Step> steps_of(const std::string& page) {
  std::vector<Step> steps;
  for (const Block& block : blocks_of(page)) {
    const bool has_command = std::any_of(block.lines.begin(), block.lines.end(), is_command);
    const std::string file = announced_file(block.paragraph);
    if (!has_command && !file.empty()) {
      std::string text;
      for (const std::string& line : without_empty_ends(block.lines)) text += line + "\n";
      steps.push_back({block.line, file, text, 0, {}, false});
    }
    if (!has_command) continue;
    bool seen = false;
    for (std::size_t index = 0; index < block.lines.size();) {
      if (is_command(block.lines[index])) {
        steps.push_back(command_at(block, index));
        seen = true;
      } else {
        const std::string& line = block.lines[index++];
        seen = seen && !is_other_command(line);
        if (seen) steps.back().expected.push_back(line);
      }
    }
  }
  for (Step& step : steps) step.expected = without_empty_ends(step.expected);
  return steps;
}

namespace {

bool agrees(const std::string& expected, const std::string& printed) {
  if (expected.find("...") == std::string::npos) return expected == printed;
  std::size_t at = 0, begin = 0;
  bool is_first = true;
  while (true) {
    const std::size_t dots = expected.find("...", begin);
    const std::string part = expected.substr(begin, dots == std::string::npos ? dots : dots - begin);
    if (dots == std::string::npos) {
      return printed.size() >= at + part.size() &&
             printed.compare(printed.size() - part.size(), part.size(), part) == 0;
    }
    const std::size_t found = printed.find(part, at);
    if (found == std::string::npos || (is_first && found != 0)) return false;
    at = found + part.size();
    begin = dots + 3;
    is_first = false;
  }
}

}  // namespace

std::string difference(const Lines& expected, const Lines& printed_lines) {
  const Lines printed = without_empty_ends(printed_lines);
  std::size_t at = 0;
  bool may_skip = false;
  for (const std::string& line : without_empty_ends(expected)) {
    if (line == "...") {
      may_skip = true;
      continue;
    }
    const std::size_t last = may_skip ? printed.size() : std::min(printed.size(), at + 1);
    std::size_t found = at;
    while (found < last && !agrees(line, printed[found])) ++found;
    if (found == last) {
      return "the page shows:  " + line +
             "\nit prints:       " + (at < printed.size() ? printed[at] : std::string("(nothing more)"));
    }
    at = found + 1;
    may_skip = false;
  }
  if (at < printed.size() && !may_skip) return "it prints more than the page shows:  " + printed[at];
  return "";
}

}  // namespace sim::test
