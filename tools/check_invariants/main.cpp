// Judges a running marketplace: reads all databases and the provider, writes nothing.
//
//   check_invariants --config FILE [--json] [--wait 60s]
//   check_invariants --rules
//
// A finding says which rule is broken, where, and by which row. --rules lists them all, as docs/invariants.md.
// It may run while the marketplace works: an order that is under way is judged on what never changes, and
// counted. A run with --wait repeats until it is clean and nothing is under way, or the time is over. Exit
// code 0 clean, 1 findings, 2 it could not run.
#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json.hpp>
#include <chrono>
#include <exception>
#include <iostream>
#include <optional>

#include "platform/config/properties.hpp"
#include "tools/check_invariants/facts.hpp"
#include "tools/check_invariants/rules.hpp"

namespace {

using namespace market;
using namespace std::chrono_literals;
using invariants::Finding;

constexpr std::array kServices = {"auth", "user", "product", "order", "payment", "notification"};

struct Settings {
  explicit Settings(config::Properties& p)
      : provider_url(p.Text("payment.provider_url",
                            "where the payment provider is: https://api.stripe.com, http://host:port",
                            config::Required{})),
        provider_key(p.Secret("payment.provider_key", "what callers authenticate with there", "sk_sandbox")),
        wait(p.Duration("wait", "repeat until clean, at most this long", 0ms, 1h, 0ms)),
        json(p.Flag("json", "print one JSON object", false)) {
    for (const char* service : kServices) {
      conninfos.emplace(service,
                        p.Secret(std::string(service) + ".postgres.conninfo",
                                 std::string("libpq connection string of the database of ") + service));
    }
  }

  std::map<std::string, config::Property<std::string>> conninfos;
  config::Property<std::string> provider_url;
  config::Property<std::string> provider_key;
  config::Property<std::chrono::milliseconds> wait;
  config::Property<bool> json;
};

struct Report {
  bool IsFinal() const { return findings.empty() && under_way == 0; }

  std::vector<Finding> findings;
  std::size_t under_way = 0;
  std::map<std::string, std::size_t> checked;
};

Task<Report> CheckOnce(invariants::Sources& sources) {
  Report report;
  for (const auto& check : invariants::Checks()) {
    for (auto& finding : co_await sources.Run(check)) report.findings.push_back(std::move(finding));
  }
  const auto facts = co_await sources.Load();
  for (auto& finding : invariants::CrossCheck(facts)) report.findings.push_back(std::move(finding));
  report.under_way = invariants::CountUnderWay(facts);
  report.checked = {
      {"orders", facts.pulses_after.size()},         {"ordersUnderWay", report.under_way},
      {"payments", facts.payments.size()},           {"reservations", facts.reservations.size()},
      {"providerMovements", facts.movements.size()}, {"providerOrders", facts.holds.size()},
      {"accounts", facts.auth_after.accounts.size()}};
  co_return report;
}

// A provider that is being started again is not clean yet, like a payment that is under way.
Task<> Check(invariants::Sources& sources, std::chrono::milliseconds wait, Report& report) {
  const auto deadline = runtime::After(wait);
  co_await sources.Open(runtime::After(10s));
  for (;;) {
    std::optional<Error> unavailable;
    try {
      report = co_await CheckOnce(sources);
    } catch (const Error& error) {
      if (error.code != Code::kUnavailable) throw;
      unavailable = error;
    }
    const bool time_is_over = std::chrono::steady_clock::now() >= deadline;
    if (unavailable && time_is_over) throw *unavailable;
    if (!unavailable && (report.IsFinal() || time_is_over)) break;
    co_await runtime::SleepFor(500ms);
  }
  co_await sources.Close(runtime::After(5s));
}

void PrintJson(const Report& report) {
  boost::json::array findings;
  for (const auto& f : report.findings) {
    findings.push_back({{"check", f.check},
                        {"rule", std::string(invariants::WhatOf(f.check))},
                        {"database", f.database},
                        {"row", f.row},
                        {"detail", f.detail}});
  }
  boost::json::object checked;
  for (const auto& [what, count] : report.checked) checked[what] = count;
  std::cout << boost::json::serialize(boost::json::object{
                   {"clean", report.findings.empty()}, {"findings", findings}, {"checked", checked}})
            << '\n';
}

void PrintText(const Report& report) {
  for (const auto& f : report.findings) {
    std::cout << f.check << "  " << f.database << "  " << f.row << "  " << f.detail
              << "  (rule: " << invariants::WhatOf(f.check) << ")\n";
  }
  std::cout << (report.findings.empty() ? "clean:" : "NOT clean:");
  for (const auto& [what, count] : report.checked) std::cout << ' ' << count << ' ' << what;
  std::cout << '\n';
}

int Run(int argc, char** argv) {
  config::Properties properties("check_invariants");
  const Settings settings(properties);
  // Flags may stand alone on the command line.
  std::vector<const char*> arguments(argv, argv + argc);
  for (auto& argument : arguments) {
    if (std::string_view(argument) == "--json") argument = "--json=true";
    if (std::string_view(argument) == "--rules") {
      std::cout << invariants::RulesAsMarkdown();
      return 0;
    }
  }
  if (const auto exit_code = properties.Load(argc, arguments.data())) return *exit_code;

  boost::asio::io_context io(1);
  std::map<std::string, std::string> conninfos;
  for (const auto& [service, conninfo] : settings.conninfos) conninfos.emplace(service, *conninfo);
  auto sources = config::Naming("payment.provider_url", [&] {
    return invariants::Sources(io, conninfos, {*settings.provider_url, *settings.provider_key});
  });
  Report report;
  std::exception_ptr failure;
  boost::asio::co_spawn(io, Check(sources, *settings.wait, report), [&](std::exception_ptr error) {
    failure = error;
    io.stop();
  });
  io.run();
  if (failure) std::rethrow_exception(failure);
  *settings.json ? PrintJson(report) : PrintText(report);
  return report.findings.empty() ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return Run(argc, argv);
  } catch (const std::exception& error) {
    std::cerr << "check_invariants: " << error.what() << '\n';
    return 2;
  }
}
