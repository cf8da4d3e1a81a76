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

  async function copy(element) {
    try {
      await navigator.clipboard.writeText(element.innerText.trim());
      return true;
    } catch {
      getSelection().selectAllChildren(element); // an old browser, or a page without TLS: the person copies
      return false;
    }
  }
})();
