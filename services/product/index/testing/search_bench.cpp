// What a search and a suggestion cost: CPU time of each, over a catalogue that is made up.
//   search_bench [products] [searches]
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <random>
#include <string>
#include <vector>

#include "services/product/index/find.hpp"
#include "services/product/index/suggest.hpp"
#include "services/product/index/testing/things.hpp"

namespace market::product::index {
namespace {

double CpuUs() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3;
}

// Words as often as a language has them: the n-th with a share of 1/n.
class Vocabulary {
 public:
  explicit Vocabulary(std::size_t size) {
    for (std::size_t i = 0; i < size; ++i) {
      std::string word;
      const auto syllables = 2 + random_() % 3;
      for (std::size_t k = 0; k < syllables; ++k) {
        word += "bcdfghklmnprstvw"[random_() % 16];
        word += "aeiou"[random_() % 5];
        if (random_() % 3 == 0) word += "lnrst"[random_() % 5];
      }
      words_.push_back(word);
    }
  }
  std::size_t Rank() {
    const auto share = std::uniform_real_distribution<double>(0, 1)(random_);
    return static_cast<std::size_t>(std::pow(static_cast<double>(words_.size()), share)) - 1;
  }
  const std::string& Word() { return words_[Rank()]; }
  std::uint32_t Below(std::uint32_t end) { return random_() % end; }

 private:
  std::mt19937 random_{1};
  std::vector<std::string> words_;
};

Document Made(std::uint32_t number, Vocabulary& words) {
  std::string title;
  for (int i = 0; i < 4; ++i) title += words.Word() + ' ';
  title += std::to_string(words.Below(5'000));
  std::string text;
  for (int i = 0; i < 40; ++i) text += words.Word() + ' ';
  auto document = Thing(number, title, text);
  document.seller = SellerId(UuidOf(words.Below(1'000)));
  document.category = domain::CategoryId(UuidOf(words.Below(200)));
  document.shop = "Shop " + std::to_string(NumberOf(domain::ProductId(document.seller.Value())));
  for (const auto* name : {"colour", "size", "material"})
    document.attributes.emplace_back(name, words.Word());
  document.offers.clear();
  for (std::uint32_t i = 0; i <= words.Below(4); ++i) {
    auto offer = OfferAt(100 + words.Below(100'000), words.Below(10) > 0);
    offer.sku = "SKU-" + std::to_string(number) + "-" + std::to_string(i);
    document.offers.push_back(std::move(offer));
  }
  return document;
}

struct Costs {
  std::vector<double> us;
  void Print(const char* what) {
    std::ranges::sort(us);
    double sum = 0;
    for (const auto cost : us) sum += cost;
    std::printf("%-28s mean %8.1f us   median %8.1f   p99 %8.1f   max %8.1f\n", what,
                sum / static_cast<double>(us.size()), us[us.size() / 2], us[us.size() * 99 / 100], us.back());
  }
};

std::string Mistyped(std::string word, Vocabulary& words) {
  const auto at = words.Below(static_cast<std::uint32_t>(word.size() - 1));
  std::swap(word[at], word[at + 1]);
  return word;
}

void Measure(const Snapshot& snapshot, Vocabulary& words, int searches) {
  const auto run = [&](const char* what, auto make) {
    Costs costs;
    for (int i = 0; i < searches; ++i) {
      const Query query = make();
      Budget budget;
      const auto before = CpuUs();
      Find(snapshot, query, budget);
      costs.us.push_back(CpuUs() - before);
    }
    costs.Print(what);
  };
  const auto text = [&](std::string typed) {
    auto query = ByText(std::move(typed), 21);
    return query;
  };
  run("one word", [&] { return text(words.Word()); });
  run("two words", [&] { return text(words.Word() + ' ' + words.Word()); });
  run("three words", [&] { return text(words.Word() + ' ' + words.Word() + ' ' + words.Word()); });
  run("a word and a beginning", [&] { return text(words.Word() + ' ' + words.Word().substr(0, 3)); });
  run("a mistake", [&] { return text(Mistyped(words.Word(), words)); });
  run("an article number", [&] { return text("SKU-" + std::to_string(words.Below(100'000)) + "-0"); });
  run("two words, filters", [&] {
    auto query = text(words.Word() + ' ' + words.Word());
    query.filters.in_stock = true;
    query.filters.max_price = 50'000;
    return query;
  });
  run("one word, facets", [&] {
    auto query = text(words.Word());
    query.facets = true;
    return query;
  });
  run("everything, newest", [&] { return Query{.filters = {.currency = "EUR"}, .limit = 21}; });
  run("by price, facets", [&] {
    return Query{.filters = {.currency = "EUR"}, .order = Order::kPriceUp, .limit = 21, .facets = true};
  });
  Costs costs;
  for (int i = 0; i < searches; ++i) {
    const auto query = text(words.Word().substr(0, 1 + words.Below(4)));
    Budget budget;
    const auto before = CpuUs();
    Suggest(snapshot, query, budget);
    costs.us.push_back(CpuUs() - before);
  }
  costs.Print("suggestion");
}

int Run(std::uint32_t products, int searches) {
  Vocabulary words(60'000);
  Snapshot snapshot;
  std::uint64_t offers = 0;
  constexpr std::uint32_t kPage = 1'000;
  const auto before = CpuUs();
  for (std::uint32_t begin = 1; begin <= products; begin += kPage) {
    std::vector<Document> page;
    for (auto i = begin; i < begin + kPage && i <= products; ++i) {
      page.push_back(Made(i, words));
      offers += page.back().offers.size();
    }
    snapshot = snapshot.Changed(std::move(page), {});
    while (auto due = snapshot.Due()) snapshot = snapshot.With(Snapshot::Merged(*std::move(due)));
  }
  std::printf("%llu products, %llu offers, %llu bytes, %zu segments, made in %.1f s\n",
              static_cast<unsigned long long>(snapshot.Documents()), static_cast<unsigned long long>(offers),
              static_cast<unsigned long long>(snapshot.Bytes()), snapshot.Parts().size(),
              (CpuUs() - before) / 1e6);
  Measure(snapshot, words, searches);
  return 0;
}

}  // namespace
}  // namespace market::product::index

int main(int argc, char** argv) {
  const auto products = argc > 1 ? std::stoul(argv[1]) : 100'000;
  const auto searches = argc > 2 ? std::stoi(argv[2]) : 1'000;
  return market::product::index::Run(static_cast<std::uint32_t>(products), searches);
}
