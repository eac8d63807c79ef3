#include "platform/events/event.hpp"

#include <charconv>
#include <stdexcept>
#include <vector>

namespace market::events {
namespace {

using postgres::Bytes;

constexpr postgres::Statement kAppend{"events.append", R"sql(
  INSERT INTO event (id, type, version, aggregate, aggregate_version, seller_id, buyer_id, trace, payload)
  SELECT id, type, version, aggregate, aggregate_version, seller_id, buyer_id, $9, payload
  FROM unnest($1::uuid[], $2::text[], $3::integer[], $4::text[], $5::bigint[], $6::uuid[], $7::uuid[], $8::bytea[])
    WITH ORDINALITY AS e (id, type, version, aggregate, aggregate_version, seller_id, buyer_id, payload, position)
  ORDER BY position)sql"};

}  // namespace

// marketplace.user.v1.SellerApproved
Type TypeOf(const google::protobuf::Descriptor& message) {
  constexpr std::string_view kRoot = "marketplace.";
  const std::string& package = message.file()->package();
  const auto dot = package.rfind(".v");
  int version = 0;
  if (package.starts_with(kRoot) && dot != std::string::npos && dot > kRoot.size()) {
    std::from_chars(package.data() + dot + 2, package.data() + package.size(), version);
  }
  if (version == 0) throw std::logic_error(message.full_name() + " is of no service");
  return {package.substr(kRoot.size(), dot - kRoot.size()) + '.' + message.name(), version};
}

NewEvent Of(const google::protobuf::Message& what, Subject about) {
  auto type = TypeOf(*what.GetDescriptor());
  return {.type = std::move(type.name),
          .version = type.version,
          .about = std::move(about),
          .payload = what.SerializeAsString()};
}

void Append(postgres::Batch& batch, const Work& work, std::span<const NewEvent> events) {
  std::vector<Uuid> ids;
  std::vector<std::string_view> types;
  std::vector<int> versions;
  std::vector<std::string_view> aggregates;
  std::vector<std::int64_t> aggregate_versions;
  std::vector<std::optional<SellerId>> sellers;
  std::vector<std::optional<AccountId>> buyers;
  std::vector<Bytes> payloads;
  for (const auto& event : events) {
    ids.push_back(Uuid::NewV7());
    types.push_back(event.type);
    versions.push_back(event.version);
    aggregates.push_back(event.about.aggregate);
    aggregate_versions.push_back(event.about.version);
    sellers.push_back(event.about.seller);
    buyers.push_back(event.about.buyer);
    payloads.push_back({event.payload});
  }
  batch.Add(kAppend, ids, types, versions, aggregates, aggregate_versions, sellers, buyers, payloads,
            work.span != nullptr ? work.span->Context().ToTraceparent() : std::string());
}

void Append(postgres::Batch& batch, const Work& work, const NewEvent& event) {
  Append(batch, work, std::span(&event, 1));
}

void Parse(const Event& event, google::protobuf::Message& what) {
  const auto type = TypeOf(*what.GetDescriptor());
  if (event.type() != type.name || event.version() != type.version ||
      !what.ParseFromString(event.payload())) {
    throw std::runtime_error("event " + event.id() + " of type " + event.type() + " version " +
                             std::to_string(event.version()) + " is no " + what.GetDescriptor()->full_name());
  }
}

}  // namespace market::events
