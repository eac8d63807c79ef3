#include "services/auth/storage/own_data.hpp"

namespace market::auth::storage {
namespace {

constexpr postgres::ComposedStatement kExport{"auth.export_personal_data",
                                              "SELECT " + market::personal_data::kRecord + R"sql( FROM (
  SELECT 'account' AS kind, a.id::text AS id, jsonb_build_object('email', a.email, 'emailVerifyTime', a.email_verified_at,
    'state', a.state, 'acceptedTerms', a.accepted_terms, 'acceptTermsTime', a.terms_accepted_at,
    'createTime', a.created_at, 'updateTime', a.updated_at) AS fields
  FROM account a WHERE a.id = $1
  UNION ALL
  SELECT 'role', r.role, jsonb_build_object('grantTime', r.granted_at) FROM account_role r WHERE r.account_id = $1
  UNION ALL
  SELECT 'session', s.id::text, jsonb_build_object('device', s.device, 'address', s.address, 'createTime', s.created_at,
    'lastUseTime', s.last_used_at, 'expireTime', s.absolute_expires_at, 'endTime', s.ended_at, 'endReason', s.end_reason)
  FROM session s WHERE s.account_id = $1
  UNION ALL
  SELECT 'mail with a token', t.id::text, jsonb_build_object('purpose', t.purpose, 'address', t.address,
    'createTime', t.created_at, 'expireTime', t.expires_at, 'endTime', t.ended_at)
  FROM mailed_token t WHERE t.account_id = $1
  UNION ALL
  SELECT 'authenticator', f.id::text, jsonb_build_object('name', f.name, 'createTime', f.created_at,
    'confirmTime', f.confirmed_at)
  FROM authenticator f WHERE f.account_id = $1
  UNION ALL
  SELECT 'API key', k.id::text, jsonb_build_object('name', k.name, 'prefix', k.prefix, 'sellerId', k.seller_id,
    'permissions', array_to_string(k.permissions, E'\n'), 'createTime', k.created_at, 'expireTime', k.expires_at,
    'lastUseTime', k.last_used_at, 'revokeTime', k.revoked_at)
  FROM api_key k WHERE k.account_id = $1)sql" + market::personal_data::kActs +
                                                  market::personal_data::kPage};

}  // namespace

Task<std::vector<market::personal_data::Record>> OwnData::Export(Work work,
                                                                 market::personal_data::Request request) {
  return market::personal_data::List(database_, work, kExport, std::move(request));
}

}  // namespace market::auth::storage
