#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/time_util.h>

#include <iostream>

#include "platform/core/error.hpp"
#include "tools/marketctl/bad_arguments.hpp"
#include "tools/marketctl/commands.hpp"
#include "tools/marketctl/finish.hpp"
#include "tools/marketctl/marketplace.hpp"

namespace market::marketctl {
namespace {

using api::auth::Account;
using api::user::Seller;
using google::protobuf::Message;

// One object, with the names of the contract.
std::string JsonOf(const Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.always_print_primitive_fields = true;
  std::string text;
  if (const auto status = google::protobuf::util::MessageToJsonString(message, &text, options); !status.ok())
    throw std::runtime_error(std::string(status.message()));
  return text;
}

std::string TimeOf(const google::protobuf::Timestamp& time) {
  return google::protobuf::util::TimeUtil::ToString(time);
}

std::string LineOf(const Account& account) {
  std::string line = account.id() + "  " + account.email() + "  " + Account::State_Name(account.state());
  if (account.has_disable_reason()) line += " (" + account.disable_reason() + ")";
  for (const auto& role : account.roles()) line += "  " + role;
  for (const auto& member : account.sellers()) line += "  " + member.role() + " of " + member.seller_id();
  return line;
}

std::string LineOf(const Seller& seller) {
  return seller.id() + "  " + seller.slug() + "  " + Seller::State_Name(seller.state()) + "  " +
         seller.display_name();
}

std::string LineOf(const api::auth::SigningKey& key) {
  std::string line = key.kid() + "  " + api::auth::SigningKey::State_Name(key.state()) + "  made " +
                     TimeOf(key.create_time());
  if (key.has_activate_time()) line += "  active " + TimeOf(key.activate_time());
  if (key.has_retire_time()) line += "  retired " + TimeOf(key.retire_time());
  if (key.has_remove_time()) line += "  removed " + TimeOf(key.remove_time());
  return line;
}

// A line, or with --json the message; of a list a line each, or the whole.
template <class One>
void Tell(const Arguments& arguments, const One& one) {
  std::cout << (arguments.Has("json") ? JsonOf(one) : LineOf(one)) << '\n';
}
template <class List>
void TellEach(const Arguments& arguments, const Message& whole, const List& list) {
  if (arguments.Has("json")) std::cout << JsonOf(whole) << '\n';
  for (const auto& one : list) {
    if (!arguments.Has("json")) std::cout << LineOf(one) << '\n';
  }
}

using Verb = Task<> (*)(Marketplace&, const Arguments&);

int AtTheMarketplace(const Arguments& arguments, Verb verb) {
  const auto where = ReadWhereabouts(arguments);
  Finish([&](boost::asio::io_context& io) -> Task<> {
    Marketplace marketplace(io, where);
    co_await verb(marketplace, arguments);
    co_await marketplace.Close();
  });
  return kDone;
}

template <Verb kVerb>
int At(const Arguments& arguments) {
  return AtTheMarketplace(arguments, kVerb);
}

// Exactly one of the two.
bool ByFirst(const Arguments& arguments, const std::string& first, const std::string& other) {
  if (arguments.Has(first) == arguments.Has(other)) throw BadArguments("give --" + first + " or --" + other);
  return arguments.Has(first);
}

std::string IdGiven(const Arguments& arguments) {
  const auto& id = arguments.Option("id");
  if (!Uuid::Parse(id)) throw BadArguments("--id: '" + id + "' is not an id");
  return id;
}

Task<Account> AccountGiven(Marketplace& marketplace, const Arguments& arguments) {
  OperatorCall call;
  if (ByFirst(arguments, "id", "email")) {
    api::auth::GetAccountRequest request;
    request.set_account_id(IdGiven(arguments));
    co_return co_await marketplace.Auth().GetAccount(call.context, request);
  }
  api::auth::ListAccountsRequest request;
  request.set_email(arguments.Option("email"));
  const auto found = co_await marketplace.Auth().ListAccounts(call.context, request);
  if (found.accounts().empty()) throw std::runtime_error("there is no such account");
  co_return found.accounts(0);
}

Task<> AccountFind(Marketplace& marketplace, const Arguments& arguments) {
  Tell(arguments, co_await AccountGiven(marketplace, arguments));
}

Task<> AccountDisable(Marketplace& marketplace, const Arguments& arguments) {
  api::auth::DisableAccountRequest request;
  request.set_reason(arguments.Option("reason"));
  request.set_account_id((co_await AccountGiven(marketplace, arguments)).id());
  OperatorCall call;
  Tell(arguments, co_await marketplace.Auth().DisableAccount(call.context, request));
}

Task<> AccountEnable(Marketplace& marketplace, const Arguments& arguments) {
  api::auth::EnableAccountRequest request;
  request.set_reason(arguments.Option("reason"));
  request.set_account_id((co_await AccountGiven(marketplace, arguments)).id());
  OperatorCall call;
  Tell(arguments, co_await marketplace.Auth().EnableAccount(call.context, request));
}

Task<> KeysList(Marketplace& marketplace, const Arguments& arguments) {
  OperatorCall call;
  const auto keys = co_await marketplace.Auth().ListSigningKeys(call.context, {});
  TellEach(arguments, keys, keys.keys());
}

Task<> KeysRotate(Marketplace& marketplace, const Arguments& arguments) {
  api::auth::RotateSigningKeysRequest request;
  request.set_reason(arguments.Option("reason"));
  OperatorCall call;
  const auto keys = co_await marketplace.Auth().RotateSigningKeys(call.context, request);
  TellEach(arguments, keys, keys.keys());
}

Task<> KeysRemove(Marketplace& marketplace, const Arguments& arguments) {
  if (arguments.words.size() != 3) throw BadArguments("keys remove needs one KID");
  api::auth::RemoveSigningKeyRequest request;
  request.set_kid(arguments.words[2]);
  request.set_reason(arguments.Option("reason"));
  OperatorCall call;
  const auto keys = co_await marketplace.Auth().RemoveSigningKey(call.context, request);
  TellEach(arguments, keys, keys.keys());
}

Task<> SellerFind(Marketplace& marketplace, const Arguments& arguments) {
  api::user::ListSellersForOperatorsRequest request;
  request.set_page_size(100);
  if (const auto state = arguments.Given("state")) {
    Seller::State value = Seller::STATE_UNSPECIFIED;
    if (!Seller::State_Parse(*state, &value) || value == Seller::STATE_UNSPECIFIED)
      throw BadArguments("--state: '" + *state + "' is none of PENDING, ACTIVE, SUSPENDED, CLOSED");
    request.set_state(value);
  }
  request.set_name(arguments.Given("name").value_or(""));
  request.set_slug(arguments.Given("slug").value_or(""));
  request.set_owner_email(arguments.Given("owner").value_or(""));
  OperatorCall call;
  const auto found = co_await marketplace.Users().ListSellersForOperators(call.context, request);
  TellEach(arguments, found, found.sellers());
  if (found.has_next_page_token() && !arguments.Has("json"))
    std::cerr << "marketctl: the newest 100; there are more\n";
}

Task<std::string> SellerGiven(Marketplace& marketplace, const Arguments& arguments) {
  if (ByFirst(arguments, "id", "slug")) co_return IdGiven(arguments);
  api::user::ListSellersForOperatorsRequest request;
  request.set_slug(arguments.Option("slug"));
  OperatorCall call;
  const auto found = co_await marketplace.Users().ListSellersForOperators(call.context, request);
  if (found.sellers().empty()) throw std::runtime_error("there is no such shop");
  co_return found.sellers(0).id();
}

Task<> SellerApprove(Marketplace& marketplace, const Arguments& arguments) {
  api::user::ApproveSellerRequest request;
  request.set_seller_id(co_await SellerGiven(marketplace, arguments));
  OperatorCall call;
  Tell(arguments, co_await marketplace.Users().ApproveSeller(call.context, request));
}

Task<> SellerSuspend(Marketplace& marketplace, const Arguments& arguments) {
  api::user::SuspendSellerRequest request;
  request.set_reason(arguments.Option("reason"));
  request.set_seller_id(co_await SellerGiven(marketplace, arguments));
  OperatorCall call;
  Tell(arguments, co_await marketplace.Users().SuspendSeller(call.context, request));
}

Task<> SellerReinstate(Marketplace& marketplace, const Arguments& arguments) {
  api::user::ReinstateSellerRequest request;
  request.set_reason(arguments.Option("reason"));
  request.set_seller_id(co_await SellerGiven(marketplace, arguments));
  OperatorCall call;
  Tell(arguments, co_await marketplace.Users().ReinstateSeller(call.context, request));
}

constexpr std::string_view kFile =
    "Asks the running marketplace: FILE, or MARKET_CONFIG, or the environment says where it is (peers.auth,\n"
    "peers.user) and what shows it who asks: tls.certificate, tls.key, tls.ca.\n";

}  // namespace

std::vector<Command> CommandsAtTheMarketplace() {
  return {
      {"account find", "--email E|--id ID [--config FILE] [--json]", "who has an account", kFile,
       At<AccountFind>},
      {"account disable", "--email E|--id ID --reason WHY [--config FILE] [--json]",
       "ends its sessions and lets nobody sign in to it", kFile, At<AccountDisable>},
      {"account enable", "--email E|--id ID --reason WHY [--config FILE] [--json]",
       "lets its owner sign in again", kFile, At<AccountEnable>},
      {"keys list", "[--config FILE] [--json]", "the keys that sign access tokens, the newest first", kFile,
       At<KeysList>},
      {"keys rotate", "--reason WHY [--config FILE] [--json]",
       "lets the next key sign, and makes another next one", kFile, At<KeysRotate>},
      {"keys remove", "KID --reason WHY [--config FILE] [--json]",
       "refuses everything that a stolen key has signed, within seconds", kFile, At<KeysRemove>},
      {"seller find",
       "[--slug SLUG] [--name BEGINNING] [--owner EMAIL] [--state STATE] [--config FILE] [--json]",
       "shops of any state, the newest first", kFile, At<SellerFind>},
      {"seller approve", "--id ID|--slug SLUG [--config FILE] [--json]", "lets a new shop sell", kFile,
       At<SellerApprove>},
      {"seller suspend", "--id ID|--slug SLUG --reason WHY [--config FILE] [--json]",
       "stops a shop from selling", kFile, At<SellerSuspend>},
      {"seller reinstate", "--id ID|--slug SLUG --reason WHY [--config FILE] [--json]",
       "lets a suspended shop sell again", kFile, At<SellerReinstate>},
  };
}

}  // namespace market::marketctl
