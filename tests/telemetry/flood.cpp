// market_kafka_flood BROKERS TOPIC THREADS LINES CLOSE_MS [FILE]: writes LINES log lines, evenly from THREADS
// threads, as fast as they go through the process's own log to Kafka, closes within CLOSE_MS and prints the
// counts as one JSON object. With FILE the lines go there, too.
// test_log_flood.py reads the topic and compares.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <thread>
#include <vector>

#include "platform/host/kafka_log.hpp"
#include "platform/telemetry/log.hpp"

namespace {

namespace telemetry = market::telemetry;

void WriteLines(int thread, long lines) {
  const auto trace = telemetry::TraceContext::NewRoot();
  for (long i = 0; i < lines; ++i) {
    telemetry::log::Info("flood.line",
                         {{"thread", thread},
                          {"number", i},
                          {"method", "POST"},
                          {"route", "/v1/orders/{order_id}:cancel"},
                          {"msg", "größer als \"erwartet\"\n"}},
                         &trace);
  }
}

double SecondsSince(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

int Flood(const char* brokers, const char* topic, int threads, long lines,
          std::chrono::milliseconds close_limit, const char* path) {
  telemetry::ConfigureLog({.service = "flood",
                           .version = "0",
                           .instance = "flood-1",
                           .path = path,
                           .buffer_bytes = std::size_t{64} * 1024});
  market::host::KafkaLog sink(
      {.brokers = brokers, .topic = topic, .service = "flood", .instance = "flood-1"});
  const auto start = std::chrono::steady_clock::now();
  {
    std::vector<std::jthread> writers;
    for (int t = 0; t < threads; ++t) writers.emplace_back(WriteLines, t, lines / threads);
  }
  const double written = SecondsSince(start);
  sink.Close(market::runtime::After(close_limit));
  const auto stats = sink.Stats();
  std::printf(
      R"({"sent":%llu,"delivered":%llu,"dropped":%llu,"queue_full":%llu,"write_seconds":%.3f,"seconds":%.3f})"
      "\n",
      static_cast<unsigned long long>(stats.sent), static_cast<unsigned long long>(stats.delivered),
      static_cast<unsigned long long>(stats.Dropped()),
      static_cast<unsigned long long>(stats.Dropped(market::kafka::DropReason::kQueueFull)), written,
      SecondsSince(start));
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 6 && argc != 7) {
    std::fputs("usage: market_kafka_flood BROKERS TOPIC THREADS LINES CLOSE_MS [FILE]\n", stderr);
    return 2;
  }
  try {
    return Flood(argv[1], argv[2], std::atoi(argv[3]), std::atol(argv[4]),
                 std::chrono::milliseconds(std::atol(argv[5])), argc == 7 ? argv[6] : "");
  } catch (const std::exception& error) {
    std::fprintf(stderr, "market_kafka_flood: %s\n", error.what());
    return 2;
  }
}
