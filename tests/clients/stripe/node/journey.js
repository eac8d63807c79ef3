// Charges, captures, refunds and finds at the sandbox through Stripe's own library. Prints what it saw, one thing a line. Leaves no money.
import { randomUUID } from "node:crypto";
import Stripe from "stripe";

const { protocol, hostname, port } = new URL(process.env.STRIPE_URL);
const stripe = new Stripe(process.env.STRIPE_KEY, { protocol: protocol.slice(0, -1), host: hostname, port, maxNetworkRetries: 0, telemetry: false });
const group = process.env.STRIPE_GROUP;
const card = (payment_method, amount = 1999) => ({
  amount, currency: "eur", payment_method, payment_method_types: ["card"], capture_method: "manual", confirm: true,
  transfer_group: group, metadata: { reference: group },
});
const refused = async (call) => {
  try {
    await call;
    return "nothing";
  } catch (error) {
    return error;
  }
};

const idempotencyKey = randomUUID();
const held = await stripe.paymentIntents.create(card("pm_card_visa"), { idempotencyKey });
console.log(held.status, held.amount_capturable, held.metadata.reference === group);
console.log((await stripe.paymentIntents.create(card("pm_card_visa"), { idempotencyKey })).id === held.id);
const reused = await refused(stripe.paymentIntents.create(card("pm_card_visa", 1), { idempotencyKey }));
console.log(reused.type.replace("Stripe", ""), reused.statusCode);
const taken = await stripe.paymentIntents.capture(held.id, { amount_to_capture: 1999 });
console.log(taken.status, taken.amount_received);
for (const amount of [1000, 999]) {
  const refund = await stripe.refunds.create({ payment_intent: held.id, amount, metadata: { reference: `r${amount}` } });
  console.log(refund.status, refund.amount);
}
const references = [];
for await (const one of stripe.refunds.list({ payment_intent: held.id, limit: 1 })) references.push(one.metadata.reference);
console.log(references.join(" "));
const shown = await stripe.paymentIntents.retrieve(held.id, { expand: ["latest_charge"] });
console.log(shown.latest_charge.refunded, shown.latest_charge.amount_refunded);
const declined = await refused(stripe.paymentIntents.create(card("pm_card_visa_chargeDeclined")));
console.log(declined.type.replace("Stripe", ""), declined.code, declined.statusCode, declined.decline_code, declined.payment_intent.status);
const late = await refused(stripe.paymentIntents.capture(held.id));
console.log(late.type.replace("Stripe", ""), late.code);
const other = await stripe.paymentIntents.create(card("pm_card_visa"));
console.log((await stripe.paymentIntents.cancel(other.id)).status);
console.log((await stripe.charges.list({ transfer_group: group })).data.map((one) => one.status).join(" "));
const moved = await stripe.balanceTransactions.list({ limit: 3, expand: ["data.source"] });
console.log(moved.data.filter((one) => one.source.payment_intent === held.id).map((one) => `${one.type} ${one.amount}`).join(" "));
