// Issues the invoices and credit notes of parts of orders, driven by order's own outbox (InvoiceCommand): what is issued already
// is not issued again, and what a crash kept from being issued is issued when the message comes again.
//
// Owner: the service; what it is made of must outlive it. Io thread only. Throws what user and the storage throw: the message
// then comes again.
#pragma once
#include "marketplace/user/v1/user.market.hpp"
#include "services/order/messages.hpp"
#include "services/order/storage/invoices.hpp"
#include "services/order/storage/orders.hpp"

namespace market::order {

class Invoicing {
 public:
  Invoicing(storage::Invoices& invoices, storage::Orders& orders, api::UserApi& users)
      : invoices_(invoices), orders_(orders), users_(users) {}

  Task<> Do(CallContext& call, api::order::InvoiceCommand command);

 private:
  Task<domain::InvoiceContent> ContentOf(CallContext& call, api::order::InvoiceCommand command);

  storage::Invoices& invoices_;
  storage::Orders& orders_;
  api::UserApi& users_;
};

}  // namespace market::order
