/** What a word or phrase tells of a request. */
export const TOPIC_NAMES = [
  'reasoning',
  'explaining',
  'making',
  'cause',
  'small',
  'steps',
  'limits',
  'quantities',
  'mathematics',
  'field',
  'grading',
] as const;
export type Topic = (typeof TOPIC_NAMES)[number];

/**
 * Words and phrases in English, German, Spanish and French, one line a language. `*` stands for any ending, `+`
 * before a phrase for one that counts twice. Small letters; accents do not matter.
 */
export const TOPICS: Readonly<Record<Topic, readonly string[]>> = {
  reasoning: [
    '+prove, proves, +proof, proofs, +derive, derivation, deduce, infer, justify, justification, generalise, generalize, show that, analyse, analyze, analysis, evaluate, assess, critique, critically, contrast, counterexample*, counterargument*, objection*, refute, root cause, diagnose, optimise, optimize, design, architect, architecture, refactor, trade-off*, tradeoff*, pros and cons, discuss, argue, weigh, quantify, formulate, hypothes*, implement, develop, simulate, debug, synthesise, synthesize, reason through, your reasoning, think through, edge cases, migrate, migration plan, strategy, devise',
    '+beweise, +beweisen, +beweis, +herleiten, herleitung, +leite, folgere, begrunde, begrunden, begrundung, begrundet, verallgemeiner*, analysier*, analyse, beurteil*, bewerte kritisch, untersuch*, kritisch, erorter*, gegenargument*, gegenbeispiel*, widerleg*, ursachen, gegenuber, optimier*, entwirf, entwerfen, entwurf, architektur, refaktor*, abwag*, diskutier*, argumentier*, quantifizier*, hypothes*, implementier*, entwickle, entwickeln, weise nach, nachweisen, prufe, schlussfolger*, zielkonflikt*, migrier*, strategie, konzipier*, denke grundlich, zerlege, wechselwirk*',
    '+demuestra, +demostrar, demostracion, deduce, deducir, deriva, infiere, justifica, justificando, justificar, generaliza, analiza, analizar, analisis, evalua, evaluar, valora, criticamente, contrasta, contrastar, contraejemplo*, contraargumento*, objecion, objeciones, refuta, causa raiz, diagnostica, optimiza, disena, disenar, arquitectura, refactoriza, ventajas e inconvenientes, pros y contras, discute, argumenta, argumentando, razona, razonando, cuantifica, plantea, hipotesis, implementa, desarrolla, simula, depura, sintetiza, examina, examinador, piensa con cuidado, casos limite, descompon, estrategia, elabora, acota',
    '+prouve, +prouvez, prouver, preuve, +demontre, +demontrez, demontrer, demonstration, deduis, deduisez, deduire, justifie, justifiez, justifier, generalise, generalisez, analyse, analysez, analyser, evalue, evaluez, evaluer, critique, confronte, contre-exemple*, contre-argument*, objection*, refute, cause profonde, diagnostique, optimise, optimisez, optimiser, concois, concevez, concevoir, architecture, refactorise, compromis, avantages et inconvenients, discute, discutez, argumente, argumentez, raisonnement, quantifie, formule, hypothese*, implemente, implementez, developpe, developpez, simule, examine, examinez, strategie, elabore, elaborez, reflechis',
  ],
  explaining: [
    'explain, compare, comparison, describe, difference, differences, interpret, estimate, identify, propose, recommend, suggest, summarise, summarize, summary, advise, tips, advantages, investigate, examine, review, verify, solve, how you got, how you found, predict',
    'erklar*, vergleich*, beschreib*, unterschied, unterschiede, interpretier*, schatze, identifizier*, schlage, empfehlung, empfiehl, fasse, zusammenfass*, tipps, vorteile, nachteile, lose, rechenweg, skizzier*, verbesser*, bestimme, uberpruf*, risiken, berechne, nenne fur jede*, gliedere, behebe',
    'explica, explicalo, explicar, compara, comparar, comparacion, describe, diferencia, diferencias, interpreta, estima, estimar, identifica, proponer, propon, recomienda, recomendarias, sugiere, resume, resumen, consejos, ventajas, resuelve, resuelvelo, procedimiento, comprueba, indica, calcula, riesgos, encuentra',
    'explique, expliquez, expliquer, compare, comparez, comparer, comparaison, decris, decrivez, difference, differences, interprete, interpretez, estime, estimez, identifie, identifiez, propose, proposez, recommande, recommandez, suggere, resume, resumez, resumer, conseils, avantages, resous, resolvez, verifie, verifiez, calcule, calculez, risques',
  ],
  making: [
    'write, rewrite, create, draft, compose, build, plan, schedule, generate, prepare, turn them, turn it, turn this, translate this, table with, unit tests, convert this, extract the name, return them as, checklist, organise, organize, essay, story, poem, function, script, query, email to, regex, itinerary',
    'schreib, schreibe, schreiben, verfass*, erstell*, formulier*, umschreib*, entwurf, plane, projektplan, stundenplan, trainingsplan, stelle mir, mach mir, checkliste, programmier*, organisier*, aufsatz, geschichte, gedicht, funktion, skript, abfrage, gib artikel, text ins, geschaftsbrief, ubersetze den folgenden, ubersetze diesen, als json, uberarbeite*',
    'escribe, escribir, reescribe, crea, crear, redacta, redactar, redaccion, planifica, organiza, genera, prepara, convierte estas, hazme, haz, menu, programa, ensayo, cuento, poema, carta, funcion, guion, consulta, plan, traduce este, en json, devuelve en, lista de',
    'ecris, ecrivez, reecris, reecrivez, cree, creez, creer, redige, redigez, compose, construis, planifie, planifiez, organise, organisez, genere, generez, prepare, preparez, fais-moi, liste de, programme, dissertation, histoire, poeme, lettre, fonction, script, requete, traduis ce, traduisez ce, en json',
  ],
  small: [
    'synonym, synonyms, antonym, spelling, capital of, stand for, stands for, abbreviation, one word, translate to, in one sentence, thanks, thank you, hello, hi, how do i, how do you, how are you, shorter, sentiment, classify, label this, extract the email, rhymes',
    'synonym, synonyme, rechtschreibung, hauptstadt, abkurzung, ubersetze ins, ein wort, in einem satz, danke, hallo, stimmung, gib mir nur, kategorie, was heisst, welches datum',
    'sinonimo, sinonimos, antonimo, ortografia, capital de, siglas, una palabra, en una frase, gracias, hola, clasifica, dime solo, como se dice, spam',
    'synonyme, antonyme, orthographe, capitale, abreviation, sigle, un mot, en une phrase, merci, bonjour, salut, classe, comment dit-on, traduis en',
  ],
  steps: [
    'then, first, firstly, next, finally, afterwards, after that, +step by step, each step, all steps, work through, in order, phases, for each, subsequently, every branch, every figure',
    'dann, zuerst, zunachst, danach, anschliessend, schliesslich, abschliessend, +schritt fur schritt, jeden schritt, phasen, fur jeden, fur jede, ausserdem, jeder zweig',
    'primero, despues, luego, finalmente, por ultimo, a continuacion, +paso a paso, cada paso, todos los pasos, fases, para cada, de cada, ademas, cada cambio, cada cifra',
    'd abord, ensuite, puis, enfin, finalement, apres cela, +etape par etape, chaque etape, toutes les etapes, phases, pour chaque, de chaque',
  ],
  limits: [
    'must, at least, at most, no more than, not more than, without, unless, never, nobody, no one, keep, keeps, do not, don t, constraint*, requirement*, budget, deadline, within, exactly, up to, cannot, can t, criteria, ensure, given that, only if, limits, pessimistic, unavailable',
    'muss, mussen, mindestens, hochstens, nicht mehr als, ohne, darf, durfen, keine, kein, niemand, nie, rahmenbedingung*, anforderung*, bedingungen, budget, frist, innerhalb, genau, bis zu, kriterien, nur wenn, sofern, sollen, pessimistisch*, berucksichtig*',
    'debe, deben, al menos, como maximo, no mas de, mas de, menos de, sin, no puede, no pueden, nadie, nunca, salvo, restriccion*, requisito*, presupuesto, plazo, exactamente, hasta, criterios, a menos que, no cambies, no anadas, manten, pesimista, ten en cuenta, tiene que, soportar',
    'doit, doivent, au moins, au plus, pas plus de, sans, ne peut, ne peuvent, personne ne, jamais, sauf, contrainte*, exigence*, budget, delai, exactement, jusqu a, criteres, a moins que, pessimiste, tenir compte, tiens compte',
  ],
  mathematics: [
    'equation*, integral*, derivative*, probability, theorem*, lemma, matrix, matrices, polynomial*, irrational, prime, primes, continuous, convergence, variance, expected value, expected number, linear program, vector*, eigenvalue*, logarithm*, modulo, permutation*, combinatori*, geometric, isomorphi*, propositional, truth table, premise*, square root, simplex, induction, big-o, complexity, sample size, formula',
    'gleichung*, integral*, ableitung*, wahrscheinlichkeit*, satz von, lemma, matrix, matrizen, polynom*, irrational*, primzahl*, stetig*, konvergi*, varianz, erwartungswert*, vektor*, eigenwert*, logarithm*, permutation*, kombinatorik, extrempunkt*, wendepunkt*, aussagenlogik*, pramisse*, wurzel, reihe, kubische*, stichprobengrosse, formel',
    'ecuacion*, integral*, derivada*, probabilidad, teorema*, lema, matriz, matrices, polinomio*, irracional, numero primo, primos, funcion continua, converge, convergencia, varianza, esperanza, programacion lineal, vector*, autovalor*, logaritmo*, permutacion*, combinatoria, premisa*, raiz, simplex, induccion, complejidad, tamano de muestra, formula, biseccion',
    'integrale*, derivee*, probabilite*, theoreme*, lemme, matrice*, polynome*, irrationnel*, nombre premier, nombres premiers, continue sur, variance, esperance, programmation lineaire, vecteur*, valeur propre, valeurs propres, logarithme*, combinatoire, premisse*, racine, recurrence, complexite, taille d echantillon, formule',
  ],
  field: [
    'liability, liable, clause*, contract, tenant*, statute, plaintiff, defendant, jurisdiction, negligence, breach, mortgage, inflation, depreciation, hedg*, portfolio, diagnosis, symptom*, patient*, physician, ethic*, moral*, distributed, concurren*, deadlock*, thread*, lock-free, latency, consistency, scalab*, kubernetes, downtime, compiler, parser, interpreter, partitioning, causal, confounder*, methodology, keynesian, monetary, philosoph*',
    'haftung, haftet, klausel*, vertrag*, kundigung*, anspruch*, schadensersatz, gewahrleistung, insolvenz, rechtsprechung, agb-recht, diagnose, symptom*, patient*, ethi*, moral*, verteilt*, nebenlaufig*, sperrstrategie, verfugbarkeit, konsistenz, skalier*, ausfallzeit, compiler, parser, kausal*, storvariable*, hypothek, inflation, rechenzentrum, philosoph*, threads',
    'responsabilidad, clausula*, contrato*, arrendador*, demanda, demandante, jurisdiccion, negligencia, incumplimiento, hipoteca, inflacion, amortiz*, diagnostico, sintoma*, paciente*, etic*, moral*, distribuido*, concurren*, bloqueo*, latencia, consistencia, escalab*, compilador, interprete, causal, variables de confusion, codigo civil, fianza, idempotencia, directiva, filosof*, auditoria',
    'responsabilite, clause*, contrat, demandeur, defendeur, juridiction, negligence, hypotheque, inflation, amorti*, diagnostic, symptome*, patient*, ethique*, moral*, distribue*, concurren*, verrou*, latence, coherence, evolutivite, compilateur, interpreteur, causal*, facteurs de confusion, code civil, philosoph*',
  ],
  grading: [
    'grade, grading, score this, rubric, essay, examiner, feedback, marks, rate the, rate this, more helpful, better answer',
    'bewerte, bewertung, schulnote, eine note, aufsatz, klausur*, korrigiere den, pruferin, prufer, ruckmeldung, punktabzug, ist besser',
    'califica, calificacion, nota, redaccion, ensayo, rubrica, corrige el, corrige este, examinador, evalua la respuesta, atiende mejor',
    'notez, notation, dissertation, copie, bareme, corrige cette, corrigez, examinateur, meilleure reponse',
  ],
  cause: [
    'why, how does, how do, how did, how is it, how are, how can i',
    'warum, weshalb, wieso, wie funktioniert, wie funktionieren, wie entsteht, wie entstehen, wie kommt es, wie wirkt, wie wirken, wie kann ich, woran',
    'por que, como funciona, como funcionan, como se forma, como se forman, como se produce, como afecta, como puedo, a que se debe',
    'pourquoi, comment fonctionne, comment fonctionnent, comment se forme, comment marche, comment puis-je',
  ],
  quantities: [
    'half, twice, three times, times as, times more, per, each, every, remaining, left, percent, average, total, altogether, more than, less than, as many, as much, ratio, rate, fraction, discount, in all, interest, how much, how many',
    'halfte, halb, doppelt, dreimal, pro, je, jeder, jeweils, ubrig, prozent, durchschnitt*, insgesamt, zusammen, mehr als, weniger als, verhaltnis, anteil, rabatt, zinsen, wie viel, wie viele, wie lange',
    'mitad, doble, triple, por hora, por minuto, cada, quedan, por ciento, promedio, en total, mas que, menos que, proporcion, fraccion, descuento, interes, cuanto, cuantos, cuantas, cuanto tarda',
    'moitie, double, triple, par heure, par minute, chaque, reste, pour cent, pourcent, moyenne, au total, plus que, moins que, proportion, fraction, remise, combien',
  ],
};
