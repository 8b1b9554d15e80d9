// The part of Stripe.js that the storefront uses, for browsers of tests. Cards are charged by
// `stripePay`, a function of the test; 3-D Secure opens a page of hooks.stripe.com.
window.stripeOptions = [];
window.Stripe = (key) => ({
  elements(options) {
    window.stripeOptions.push({ key, ...options });
    const elements = {
      create(type) {
        const node = document.createElement("label");
        const input = document.createElement("input");
        node.append("Card number of Stripe", input);
        // Tests fill it in when the page has handled `ready`.
        input.disabled = true;
        const handlers = {};
        elements.number = () => input.value.replaceAll(" ", "");
        return {
          mount(place) {
            place.append(node);
            setTimeout(() => {
              handlers.ready?.({ elementType: type });
              setTimeout(() => (input.disabled = false), 20);
            }, 50);
          },
          on: (event, handler) => (handlers[event] = handler),
          once: (event, handler) => (handlers[event] = handler),
          off: (event) => delete handlers[event],
          update() {},
          unmount: () => node.remove(),
          destroy: () => node.remove(),
        };
      },
      getElement: () => null,
      update: (changes) => window.stripeOptions.push({ key, ...options, ...changes }),
      async submit() {
        if (elements.number()) return {};
        return { error: { message: "Your card number is incomplete." } };
      },
    };
    return elements;
  },
  async confirmPayment({ elements, clientSecret, confirmParams }) {
    const intent = await window.stripePay(elements.number(), clientSecret);
    if (intent.status === "requires_action") {
      const bank = new URL("https://hooks.stripe.com/bank");
      bank.searchParams.set("secret", clientSecret);
      bank.searchParams.set("return", confirmParams.return_url);
      window.location.href = bank.href;
      return new Promise(() => {});
    }
    if (intent.last_payment_error) return { error: intent.last_payment_error };
    return { paymentIntent: intent };
  },
  // react-stripe-js tells a Stripe object by these.
  createToken() {},
  createPaymentMethod() {},
  confirmCardPayment() {},
  registerAppInfo() {},
  _registerWrapper() {},
});
