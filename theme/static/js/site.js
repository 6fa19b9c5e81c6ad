// Enhancements only: every link works without this file.
const strip = document.querySelector(".share");
if (strip) {
  const said = strip.querySelector(".share-said");
  const copy = strip.querySelector('[data-share="copy"]');
  if (copy && navigator.clipboard) {
    copy.addEventListener("click", async (event) => {
      event.preventDefault();
      try {
        await navigator.clipboard.writeText(copy.href);
        said.textContent = "The address is copied.";
      } catch {
        said.textContent = copy.href;
      }
    });
  }
  if (navigator.share && copy) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "Share…";
    button.addEventListener("click", () => {
      navigator.share({ title: document.title, url: copy.href }).catch(() => {});
    });
    const item = document.createElement("li");
    item.append(button);
    strip.querySelector("ul").append(item);
  }
}
