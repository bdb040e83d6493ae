// Puts the sections together for the audience that the report was made for.

const sections = {
  answer: cards, compare: compareSection, barrel: barrelSection, waterfall: waterfallSection,
  distribution: distributionSection, sensitivity: sensitivitySection, pipeline: pipelineSection, memory: memorySection,
  links: linksSection, studies: studiesSection, rules: rulesSection, cases: casesSection, limits: limitsSection, sources: sourcesSection, scenario: scenarioSection,
};
const shownTo = {
  engineer: Object.keys(sections).filter((name) => name !== "cases"),
  policy: ["answer", "compare", "barrel", "waterfall", "distribution", "studies", "rules", "cases", "sensitivity", "limits", "sources", "scenario"],
};

function themeButton() {
  const button = make("button", { type: "button", id: "theme" }, say("theme"));
  button.addEventListener("click", () => {
    const isDark = getComputedStyle(document.documentElement).getPropertyValue("--page").trim() === "#14171a";
    document.documentElement.dataset.theme = isDark ? "light" : "dark";
    document.dispatchEvent(new Event("themechange"));
  });
  return button;
}

function build() {
  document.getElementById("skip").textContent = say("skip");
  document.getElementById("title").textContent = document.title;
  document.getElementById("subtitle").textContent = say("subtitle." + data.audience);
  document.getElementById("footer").append(make("p", {}, say("footer", { version: data.version })));
  const main = document.getElementById("main"), nav = document.getElementById("nav");
  for (const name of shownTo[data.audience]) {
    const made = sections[name]();
    const content = (Array.isArray(made) ? made : [made]).filter((part) => part !== null);
    if (content.length === 0) continue;
    main.append(make("section", { id: name, "aria-labelledby": "h-" + name },
      make("h2", { id: "h-" + name }, say(name + ".title")), make("p", { class: "soft" }, say(`${name}.text.${data.audience}`)),
      content));
    nav.append(make("a", { href: "#" + name }, say(name + ".title")));
  }
  nav.append(themeButton());
}

build();
document.documentElement.dataset.ready = "yes";
