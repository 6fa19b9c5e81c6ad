// What the preview adds to a page on its way out: it follows what is built, and a bar shows an error.
// Nothing is inline and the bar's style is a constructed sheet, so that a page with a strict content
// security policy shows it all the same.
const sheet = new CSSStyleSheet();
sheet.replaceSync(`
#publish-error { position: fixed; inset: 0 0 auto 0; z-index: 2147483647; margin: 0; padding: 1rem;
  max-height: 40vh; overflow: auto; background: #7a1212; color: #fff; white-space: pre-wrap;
  font: 16px/1.4 ui-monospace, monospace; }`);
document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
const bar = (text) => {
  document.getElementById("publish-error")?.remove();
  if (!text) return;
  const box = document.createElement("pre");
  box.id = "publish-error";
  box.setAttribute("role", "alert");
  box.textContent = text;
  document.body.append(box);
};
const typed = (field) =>
  (field.matches("input, textarea") &&
    (field.value !== field.defaultValue || field.checked !== field.defaultChecked)) ||
  (field.matches("select") && [...field.options].some((o) => o.selected !== o.defaultSelected));
const morph = async () => {
  const answer = await fetch(location.href, { cache: "no-cache" });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  Idiomorph.morph(document.documentElement, page.documentElement, {
    head: { style: "merge" }, ignoreActiveValue: true, restoreFocus: true,
    callbacks: {
      beforeNodeMorphed: (old) => old.nodeType !== 1 || !typed(old),
      beforeAttributeUpdated: (name, node, how) =>
        !(name === "open" || (how === "remove" && node.matches("html, body"))),
      beforeNodeRemoved: (node) => node.id !== "publish-error",
    },
  });
};
const here = () => decodeURI(location.pathname).replace(/\/$/, "/index.html").slice(1);
const again = (files) => {
  for (const node of document.querySelectorAll("link[rel=stylesheet], img, source, video, audio")) {
    const key = node.href ? "href" : "src";
    if (!node[key]) continue;
    const address = new URL(node[key]);
    if (address.origin !== location.origin) continue;
    if (!files.includes(decodeURI(address.pathname).slice(1))) continue;
    address.searchParams.set("again", Date.now());
    node[key] = address.href;
  }
};
let built = Number(new URL(document.currentScript.src).searchParams.get("build"));
const follow = () => {
  const events = new EventSource(`/_events?build=${built}`);
  events.onmessage = async (event) => {
    const state = JSON.parse(event.data);
    if (state.number !== built) {
      built = state.number;
      const own = location.pathname.startsWith("/_");
      const shown = (file) => file === here() || file === `${here()}.html`;
      if (state.files === null || own || state.files.some(shown)) await morph();
      again(state.files ?? []);
    }
    bar(state.error);
  };
};
follow();
