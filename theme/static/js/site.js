// Enhancements only: without this file every link still works.
{
  const strip = document.querySelector(".share");
  const link = strip && strip.querySelector('[data-share="copy"]');
  const said = strip && strip.querySelector(".said");
  const clipboard = navigator.clipboard;

  if (link && clipboard) {
    link.addEventListener("click", async (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      // Emptied first, so that a second copy is announced too.
      said.textContent = "";
      try {
        await clipboard.writeText(link.href);
        said.textContent = "The address is copied.";
      } catch {
        said.textContent = `Copying is not allowed here. The address: ${link.href}`;
      }
    });
  }

  if (link && navigator.share) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "Share…";
    button.addEventListener("click", () => {
      // Closing the sheet is a choice, not an error.
      navigator.share({ title: document.querySelector("h1").textContent, url: link.href }).catch(() => {});
    });
    const item = document.createElement("li");
    item.append(button);
    strip.querySelector("ul").prepend(item);
  }
}
