#include <algorithm>
#include <array>
#include <cctype>

#include "sim/base/quantity.hpp"

namespace sim {
namespace {

constexpr std::size_t kLongestWord = 64;
constexpr int kEdit = 2;
constexpr int kSameLetter = 1;  // another case, or "-" for "_": nearer than another letter

int replacement_cost(char a, char b) {
  if (a == b) return 0;
  const auto lower = [](char c) {
    return c == '-' ? '_' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  };
  return lower(a) == lower(b) ? kSameLetter : kEdit;
}

// Damerau-Levenshtein distance with adjacent transpositions; both words are at most kLongestWord long.
int edit_cost(std::string_view a, std::string_view b) {
  std::array<std::array<int, kLongestWord + 1>, kLongestWord + 1> cost{};
  for (std::size_t i = 0; i <= a.size(); ++i) cost[i][0] = static_cast<int>(i) * kEdit;
  for (std::size_t j = 0; j <= b.size(); ++j) cost[0][j] = static_cast<int>(j) * kEdit;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      int best = cost[i - 1][j - 1] + replacement_cost(a[i - 1], b[j - 1]);
      best = std::min({best, cost[i - 1][j] + kEdit, cost[i][j - 1] + kEdit});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) best = std::min(best, cost[i - 2][j - 2] + kEdit);
      cost[i][j] = best;
    }
  }
  return cost[a.size()][b.size()];
}

}  // namespace

std::string nearest_name(std::string_view word, const std::vector<std::string>& candidates) {
  if (word.empty() || word.size() > kLongestWord) return "";
  const int length = static_cast<int>(word.size());
  // One edit for every three letters, and never so many that nothing of the word is left.
  const int most = std::min(kEdit * std::max(1, length / 3), kEdit * length - 1);
  int least = most + 1;
  std::string nearest;
  for (const std::string& candidate : candidates) {
    if (candidate.size() > kLongestWord) continue;
    const int cost = edit_cost(word, candidate);
    if (cost >= least) continue;
    least = cost;
    nearest = candidate;
  }
  return nearest;
}

}  // namespace sim
