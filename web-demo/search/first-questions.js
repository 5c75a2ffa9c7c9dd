/**
 * The questions that the page begins with, one of each subject, in words that the entries have: the
 * built-in embedder finds their answers. Those of the glossary are put in other words.
 */
export const FIRST_QUESTIONS = [
  ['Baking and fermenting', 'why do bubbles burst in overproved dough', 'Overproved dough'],
  ['The human body', 'why do muscles ache after exercise', 'Muscle soreness'],
  ['Building and repair', 'how to stop a tap dripping', 'Tap washer'],
  ['Cloth and sewing', 'why does wool shrink in hot water', 'Shrinkage'],
  ['Cooking', 'keeping green vegetables bright when boiled', 'Fading greens'],
  ['Rocks and landforms', 'how do caves form in limestone', 'Limestone'],
  ['Gardening', 'how to keep slugs off lettuce', 'Slugs'],
  ['Bicycles and machines', 'how does a heat pump warm a house', 'Heat pump'],
  ['Music', 'why do two strings out of tune beat', 'Beating'],
  ['The night sky', 'why does the moon show phases', 'Phases of the Moon'],
  ['The sea and sailing', 'what makes the tide come in twice a day', 'Tide'],
  ['Weather', 'how far away is the lightning', 'Lightning'],
].map(([subject, question, term]) => ({ subject, question, term }));
