// Of what people are told, and by which ways.
#pragma once
#include <cstdint>
#include <string_view>

#include "platform/core/words.hpp"

namespace market::notification::domain {

enum class Kind : std::uint8_t {
  // By mail alone: each has a token that only the mail may hold.
  kVerifyEmail,
  kChangeEmail,
  kUndoEmailChange,
  kResetPassword,
  kClaimAccount,
  kMemberInvited,
  // To the account itself.
  kNewDevice,
  kPasswordChanged,
  kEmailChanged,
  // To the buyer.
  kOrderPlaced,
  kPaymentDeclined,
  kOrderFailed,
  kOrderAccepted,
  kParcelShipped,
  kOrderDelivered,
  kOrderCancelled,
  kOrderRefunded,
  // To those who run the shop.
  kSale,
  kOrderAddressChanged,
  kSaleCancelled,
  kShopApproved,
  kShopSuspended,
  kShopReinstated,
  kShopClosed,
  kLowStock,
  kOfferDetached,
  kProductApproved,
  kProductChangesRequested,
  kProductTakenDown,
  // To the buyer, or to those who run the shop.
  kMessageReceived,
  // To who looks out for an offer.
  kWishPriceFell,
  kWishBackInStock,
  // Of what comes back: to those who run the shop what was requested and sent, the others to the buyer.
  kReturnRequested,
  kReturnApproved,
  kReturnRejected,
  kReturnSent,
  kReturnReceived,
  kReturnClosed,
  // To the buyer, as the first of it is sent.
  kInvoiceIssued,
  // To those who run the shop's money.
  kPayoutPaid,
  kPayoutFailed,
  kDisputeOpened,
  kDisputeEnded,
  kShopFined,
};

inline constexpr Words<Kind, 44> kKinds{"kind of a notification",
                                        {"VERIFY_EMAIL",
                                         "CHANGE_EMAIL",
                                         "UNDO_EMAIL_CHANGE",
                                         "RESET_PASSWORD",
                                         "CLAIM_ACCOUNT",
                                         "MEMBER_INVITED",
                                         "NEW_DEVICE",
                                         "PASSWORD_CHANGED",
                                         "EMAIL_CHANGED",
                                         "ORDER_PLACED",
                                         "PAYMENT_DECLINED",
                                         "ORDER_FAILED",
                                         "ORDER_ACCEPTED",
                                         "PARCEL_SHIPPED",
                                         "ORDER_DELIVERED",
                                         "ORDER_CANCELLED",
                                         "ORDER_REFUNDED",
                                         "SALE",
                                         "ORDER_ADDRESS_CHANGED",
                                         "SALE_CANCELLED",
                                         "SHOP_APPROVED",
                                         "SHOP_SUSPENDED",
                                         "SHOP_REINSTATED",
                                         "SHOP_CLOSED",
                                         "LOW_STOCK",
                                         "OFFER_DETACHED",
                                         "PRODUCT_APPROVED",
                                         "PRODUCT_CHANGES_REQUESTED",
                                         "PRODUCT_TAKEN_DOWN",
                                         "MESSAGE_RECEIVED",
                                         "WISH_PRICE_FELL",
                                         "WISH_BACK_IN_STOCK",
                                         "RETURN_REQUESTED",
                                         "RETURN_APPROVED",
                                         "RETURN_REJECTED",
                                         "RETURN_SENT",
                                         "RETURN_RECEIVED",
                                         "RETURN_CLOSED",
                                         "INVOICE_ISSUED",
                                         "PAYOUT_PAID",
                                         "PAYOUT_FAILED",
                                         "DISPUTE_OPENED",
                                         "DISPUTE_ENDED",
                                         "SHOP_FINED"}};
inline std::string_view Name(Kind kind) { return kKinds.Name(kind); }
inline void FromText(std::string_view word, Kind& kind) { kind = kKinds.Require(word); }

// By mail alone.
inline bool HasToken(Kind kind) { return kind <= Kind::kMemberInvited; }

// What its recipient can't do without: what was bought and for how much, what was lost, who was let in.
inline bool MailIsRequired(Kind kind) {
  switch (kind) {
    case Kind::kOrderAccepted:
    case Kind::kParcelShipped:
    case Kind::kOrderDelivered:
    case Kind::kSale:
    case Kind::kSaleCancelled:
    case Kind::kLowStock:
    case Kind::kProductApproved:
    case Kind::kMessageReceived:
    case Kind::kWishPriceFell:
    case Kind::kWishBackInStock:
    case Kind::kReturnRequested:
    case Kind::kReturnSent:
    case Kind::kReturnReceived:
    case Kind::kInvoiceIssued:
    case Kind::kPayoutPaid:
      return false;
    default:
      return true;
  }
}

}  // namespace market::notification::domain
