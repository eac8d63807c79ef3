// Reads what the checks need: the databases of all services, each as one snapshot in a read-only session, and what the
// provider shows of our account. Io thread only.
// Fails with Error UNAVAILABLE that names the database or the provider.
#pragma once
#include <boost/asio/io_context.hpp>
#include <boost/json/value.hpp>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "platform/http/client.hpp"
#include "platform/postgres/database.hpp"
#include "tools/check_invariants/checks.hpp"
#include "tools/check_invariants/cross_checks.hpp"

namespace market::invariants {

struct Provider {
  std::string url;
  std::string key;
};

class Sources {
 public:
  // `conninfos` by service name; all.
  Sources(boost::asio::io_context& io, const std::map<std::string, std::string>& conninfos,
          Provider provider);

  Task<> Open(runtime::Deadline deadline);
  Task<> Close(runtime::Deadline deadline);

  Task<std::vector<Finding>> Run(const Check& check);
  Task<Facts> Load();

 private:
  // The results of the statements as of one moment.
  Task<std::vector<postgres::Result>> Snapshot(std::string_view service,
                                               std::vector<postgres::Statement> statements);
  Task<> LoadOrders(Facts& facts);
  Task<> LoadMovements(Facts& facts);
  Task<> LoadPayments(Facts& facts);
  Task<> LoadStock(Facts& facts);
  Task<AuthFacts> LoadAuth();
  Task<> LoadUsers(Facts& facts);
  Task<std::vector<BankPayoutFact>> LoadBankPayouts();
  Task<> LoadHolds(Facts& facts);
  Task<> LoadActs(Facts& facts);
  Task<Acts> LoadListed();
  Task<> LoadOrdersAgain(Facts& facts);
  Task<boost::json::value> Ask(std::string target);
  Task<std::vector<boost::json::value>> AskAll(std::string target);

  std::map<std::string, std::unique_ptr<postgres::Database>> databases_;
  http::Client client_;
  const std::string authorization_;
};

}  // namespace market::invariants
