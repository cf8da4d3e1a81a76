// Copying a citation. The page does without: the buttons are hidden, and the text can be selected.
(() => {
  for (const button of document.querySelectorAll("[data-copies]")) {
    const text = document.getElementById(button.dataset.copies);
    const said = button.parentElement.querySelector("[role=status]");
    button.hidden = false;
    button.addEventListener("click", async () => {
      said.textContent = "";
      said.textContent = (await copy(text)) ? said.dataset.copied : said.dataset.selected;
    });
  }

  // with italics for word processors, and as plain text for everything else
  async function copy(element) {
    const kinds = { "text/html": element.innerHTML.trim(), "text/plain": element.innerText.trim() };
    const blobs = Object.entries(kinds).map(([type, text]) => [type, new Blob([text], { type })]);
    try {
      await navigator.clipboard.write([new ClipboardItem(Object.fromEntries(blobs))]);
      return true;
    } catch {
      getSelection().selectAllChildren(element); // an old browser, or a page without TLS: the person copies
      return false;
    }
  }
})();
