// Reads Stripe's objects. Answers that say what became of a request are read leniently: a field that is
// missing or of another kind is empty. Charges are read strictly: money is moved upon what is said of one, or
// not said. Pure.
#pragma once
#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <vector>

#include "platform/http/message.hpp"
#include "services/payment/provider/dispute_port.hpp"
#include "services/payment/provider/provider.hpp"

namespace market::payment::provider {

Result ResultOf(const http::Response& response);

boost::json::object ObjectIn(const std::string& body);
std::string TextIn(const boost::json::object& object, std::string_view name);

// Throw std::exception for what is no such object, or in a state that decides nothing yet.
//
// A PaymentIntent whose latest charge is shown in full; without its refunds. Nothing: it has no charge, so it
// holds nothing, or is in a currency that the marketplace does not trade in, so it is none of ours.
std::optional<Listed> ListedIn(const boost::json::object& intent);
// Adds a page of refunds that stand; answers where the next one starts, or "".
std::string AddRefunds(const boost::json::object& page, std::vector<Listed::Refund>& refunds);
// The objects of a page, and where the next one starts, or "".
std::vector<boost::json::object> ObjectsIn(const boost::json::object& page, std::string& next);

// Nothing of one that took no money, or whose currency we do not know. Throws for what is no dispute.
std::optional<ToldDispute> DisputeIn(const boost::json::object& dispute);

}  // namespace market::payment::provider
