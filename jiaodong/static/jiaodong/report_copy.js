// What is typed into the report form stays on this computer until the server has confirmed it, and is offered again.
// Loads before report.js, which says when to keep, drop and offer it.
(function () {
  "use strict";

  function element(name, text) { var made = document.createElement(name); made.textContent = text; return made; }

  function button(text, css, act) {
    var made = element("button", text);
    made.type = "button";
    made.className = css;
    made.addEventListener("click", act);
    return made;
  }

  function when(iso) { return new Date(iso).toLocaleString("zh-CN", { month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit" }); }

  // `fields` reads and fills the form: `values()`, `fill(texts)`, `plain(text)`.
  function Copy(form, fields) {
    var key = this.key = "report:" + form.elements.writer.value + ":" + form.getAttribute("action");

    this.keep = function () {
      try {
        localStorage.setItem(key, JSON.stringify({ texts: fields.values(), at: new Date().toISOString() }));
        return true;
      } catch (refused) {
        return false;
      }
    };

    this.drop = function () {
      try { localStorage.removeItem(key); } catch (refused) { /* nothing was kept there either */ }
    };

    function kept() {
      try { return JSON.parse(localStorage.getItem(key)); } catch (refused) { return null; }
    }

    function labelOf(name) {
      var label = form.querySelector('label[for="f-' + name + '"]');
      return label ? label.textContent : "研判";
    }

    function wordsOf(name, text) {
      if (name !== "confidence" && name !== "coordination_unit") return text || "（清空）";
      var choice = form.querySelector('[name="' + name + '"][value="' + text + '"], [name="' + name + '"] option[value="' + text + '"]');
      if (!choice) return "（清空）";
      return choice.labels ? choice.labels[0].textContent : choice.textContent;
    }

    // Says what is here and not in the form; both answers close the box.
    this.offer = function (box) {
      var found = kept(), now = fields.values(), list = element("dl", ""), drop = this.drop;
      var names = found ? Object.keys(found.texts).filter(function (name) {
        return name in now && fields.plain(found.texts[name]) !== fields.plain(now[name]);
      }) : [];
      if (!names.length) return drop();
      names.forEach(function (name) {
        var text = element("dd", wordsOf(name, found.texts[name]));
        text.className = "text";
        list.append(element("dt", labelOf(name)), text);
      });
      list.className = "unsaved";
      function closing(act) { return function () { act(); box.hidden = true; form.elements.progress.focus(); }; }
      box.className = "notice risk";
      box.setAttribute("role", "status");
      box.append(
        element("p", "这台电脑上有上次没有存到服务器的文字（" + when(found.at) + "）："), list,
        button("用这些文字", "btn btn-primary btn-sm", closing(function () { fields.fill(found.texts); })), " ",
        button("不用", "btn btn-outline-primary btn-sm", closing(drop))
      );
      box.hidden = false;
    };
  }

  window.reportParts = { element: element, button: button, Copy: Copy };
})();
