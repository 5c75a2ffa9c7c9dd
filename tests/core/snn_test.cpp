// snn/: potentials and spikes, by steps and by events, against closed forms and a plain simulator.
#include <cmath>

#include "core/spiking.h"

namespace rv::test {
namespace {

TEST_CASE("a potential decays as its equation says, whatever the step") {
  for (const double ms : {0.1, 1.0, 7.0, 50.0}) {
    Net stepped(2), whole(2);
    for (Net* net : {&stepped, &whole}) {
      (*net)[0].potential = 0.9;
      (*net)[1].potential = -3;
      (*net)[1].current = 0.5;
    }
    for (int i = 1; i <= 40; ++i) {
      CHECK(stepped.step(ms).empty());
      CHECK(whole.run(i * ms).empty());
      const double left = std::exp(-i * ms / 20);
      for (Net* net : {&stepped, &whole}) {
        const auto v = net->potentials();
        CHECK(std::abs(v[0] - 0.9 * left) < 1e-14);
        CHECK(std::abs(v[1] - (0.5 - 3.5 * left)) < 1e-14);
      }
    }
  }
}

// The time between spikes under a constant current.
double interval(const SpikingNetwork::Settings& s, double current, double threshold) {
  const double end = s.rest + current;
  return s.refractory + s.tau * std::log((end - s.reset) / (end - threshold));
}

TEST_CASE("the rate of spikes under a current is the closed form, by events to 1e-9") {
  Random random(81);
  int silent = 0;
  for (int i = 0; i < soak(300); ++i) {
    SpikingNetwork::Settings s = usual_settings();
    s.tau = random.between(0.5f, 100);
    s.rest = random.between(-1, 0.5f);
    s.reset = random.between(-1, 0.5f);
    s.refractory = random.one_in(4) ? 0 : random.between(0, 10);
    const double threshold = random.between(0.6f, 3);
    const double current = random.between(0, 6);
    Net net(1, {}, s);
    net[0].potential = s.reset;
    net[0].threshold = threshold;
    net[0].current = current;
    if (s.rest + current <= threshold) {
      ++silent;
      CHECK(net.run(1000).empty());
      continue;
    }
    const double period = interval(s, current, threshold);
    const auto spikes = net.run(20.5 * period);
    CHECK(spikes.size() >= 20);
    for (std::size_t k = 0; k < spikes.size(); ++k)
      CHECK(std::abs(spikes[k].time - (double(k + 1) * period - s.refractory)) <
            1e-9 * std::max(1.0, period));
  }
  CHECK(silent > 20);
  // The one of the design.
  SpikingNetwork::Settings s = usual_settings();
  CHECK(std::abs(interval(s, 1.5, 1) - 23.9722) < 1e-4);
  Net net(1, {}, s);
  net[0].current = 1;  // as the threshold: never
  CHECK(net.run(1e5).empty());
}

TEST_CASE("steps find the rate of spikes within a step") {
  for (const double ms : {0.1, 1.0, 3.0})
    for (const double current : {1.05, 1.5, 4.0}) {
      Net net(1);
      net[0].current = current;
      std::vector<double> times;
      while (times.size() < 10)
        for (const Firing& it : net.step(ms)) times.push_back(it.time);
      const double period = interval(net.net.settings(), current, 1);
      for (std::size_t k = 1; k < times.size(); ++k) {
        CHECK(times[k] - times[k - 1] >= period - 1e-9);
        CHECK(times[k] - times[k - 1] <= period + ms + 1e-9);
      }
    }
}

TEST_CASE("nothing reaches a refractory neuron") {
  Net net(1);
  const auto kicked_at = [&](double time, double by) {
    net.run(time);
    net[0].input = by;
    return net.run(time).size();
  };
  CHECK(kicked_at(5, 1) == 1);
  CHECK(kicked_at(5, 1) == 0);
  CHECK(kicked_at(6.9, 9) == 0);
  CHECK(net.potentials()[0] == 0);
  CHECK(kicked_at(7, 0.5) == 0);
  CHECK(net.potentials()[0] == 0.5);
  CHECK(kicked_at(8, 0.5) == 0);  // 0.5 has decayed
  CHECK(kicked_at(8, 0.05) == 1);
}

// Of a run: the same spikes within 1e-9. What is at one instant is so in both.
void check_same(const std::vector<Firing>& found, const std::vector<Firing>& wanted) {
  REQUIRE(found.size() == wanted.size());
  for (std::size_t i = 0; i < std::min(found.size(), wanted.size()); ++i) {
    REQUIRE(found[i].neuron == wanted[i].neuron);
    REQUIRE(std::abs(found[i].time - wanted[i].time) < 1e-9);
  }
}

TEST_CASE("networks spike as a plain simulator does, with and without delay and gate") {
  Random random(82);
  std::size_t spikes = 0, cascades = 0;
  for (int i = 0; i < soak(240); ++i) {
    SpikingNetwork::Settings s = usual_settings();
    const std::uint32_t neurons = 1 + random.below(12);
    if (i % 2 == 1) s.delay = random.between(0.5f, 30);  // also more than one spike under way
    if (i % 3 == 1) s.refractory = 0;
    if (i % 4 >= 2) {
      s.gate_frequency = 0.04;
      s.gate_open = random.between(0.2f, 0.8f);
    }
    const auto wires = random_wires(random, neurons, 3, -0.4f, 0.6f);
    Net net(neurons, wires, s);
    PlainNet plain(neurons, wires, s);
    for (std::uint32_t n = 0; n < neurons; ++n) {
      PlainNet::Plain& it = plain.neurons()[n];
      it.v = net[n].potential = random.between(-1, 0.9f);
      it.current = net[n].current = random.between(0.2f, 1.4f);
      it.threshold = net[n].threshold = random.between(0.7f, 1.1f);
      it.gate_phase = net[n].gate_phase = random.between(0, 1);
    }
    std::vector<Firing> last;
    for (double until = 10; until <= 300; until += random.between(1, 60)) {
      const auto found = net.run(until), wanted = plain.run(until);
      check_same(found, wanted);
      spikes += found.size();
      for (std::size_t k = 1; k < found.size(); ++k)
        cascades += found[k].time == found[k - 1].time ? 1 : 0;
      const std::uint32_t neuron = random.below(neurons);
      const double by = random.between(-0.3f, 1);
      net[neuron].input = by;
      plain.kick(neuron, by);
    }
  }
  CHECK(spikes > 5000);
  CHECK(cascades > 300);
}

TEST_CASE("steps are the plain rule: decay, what arrives, threshold") {
  Random random(83);
  const std::uint32_t neurons = 30;
  for (const double delay : {0.0, 2.5}) {
    SpikingNetwork::Settings s = usual_settings();
    s.delay = delay;
    const auto wires = random_wires(random, neurons, 4, -0.2f, 0.4f);
    Net net(neurons, wires, s);
    std::vector<double> v(neurons, 0.0), free(neurons, -1.0), current(neurons);
    for (std::uint32_t n = 0; n < neurons; ++n)
      current[n] = net[n].current = random.between(0.5f, 1.5f);
    std::vector<Firing> flights;  // by when they arrive
    double now = 0;
    std::size_t spikes = 0;
    for (int i = 0; i < 2000; ++i) {
      const double ms = i % 500 < 250 ? 0.5 : 0.3;
      std::vector<double> input(neurons, 0.0);
      const std::uint32_t kicked = random.below(neurons);
      net[kicked].input += input[kicked] = 0.3;
      now += ms;
      const double end = now + 1e-6 * ms;  // sums of steps are rounded
      for (const Firing& flight : flights)
        if (flight.time <= end)
          for (const Wire& wire : wires)
            if (wire.from == flight.neuron) input[wire.to] += wire.weight;
      std::erase_if(flights, [&](const Firing& flight) { return flight.time <= end; });
      std::vector<Firing> wanted;
      for (std::uint32_t n = 0; n < neurons; ++n) {
        if (free[n] > end) continue;
        const double part = std::min(ms, now - free[n]);
        v[n] = current[n] + (v[n] - current[n]) * std::exp(-part / s.tau) + input[n];
        if (v[n] < 1) continue;
        wanted.push_back({now, n});
        v[n] = 0;
        free[n] = now + s.refractory;
        flights.push_back({now + delay, n});
      }
      const auto found = net.step(ms);
      REQUIRE(found == wanted);
      spikes += found.size();
      for (std::uint32_t n = 0; n < neurons; ++n)
        REQUIRE(std::abs(net.potentials()[n] - v[n]) < 1e-12);
    }
    CHECK(spikes > 500);
  }
}

TEST_CASE("whole numbers of steps are whole however their sums are rounded") {
  for (const double ms : {0.1, 0.2, 0.05}) {
    CAPTURE(ms);
    SpikingNetwork::Settings s = usual_settings();
    s.refractory = 2;
    s.delay = 1;
    s.window = 100;
    const std::vector<Wire> wires = {{0, 1, 2}};
    Net net(2, wires, s);
    const auto steps = [ms](double time) { return static_cast<int>(std::round(time / ms)); };
    int last[2] = {0, 0};
    bool apart = true, late = true;
    for (int i = 1; i <= 20000; ++i) {
      net[0].input = 2;
      for (const Firing& it : net.step(ms)) {
        if (it.neuron == 0) apart = apart && (last[0] == 0 || i - last[0] == steps(2));
        if (it.neuron == 1) late = late && i - last[0] == steps(1);
        last[it.neuron] = i;
      }
      // The spikes of a window are counted at its end.
      if (i == steps(100) - 1) CHECK(net[0].rate == 0);
      if (i == steps(100)) CHECK(net[0].rate > 0);
    }
    CHECK(apart);
    CHECK(late);
  }
}

TEST_CASE("a spike is never before the moment that it follows from") {
  SpikingNetwork::Settings s = usual_settings();
  s.refractory = 0;
  Net net(1, {}, s);
  net[0].threshold = 1e-9;
  net[0].current = 1e9;
  REQUIRE(net.net.run(1, 100) == Status::kOk);
  double last = 0;
  for (const SpikingNetwork::Spike& it : net.net.spikes()) {
    CHECK(it.time >= last);
    last = it.time;
  }
  // tau ln(1 + x) for x too small for 1 + x.
  CHECK(std::abs(last / (100 * s.tau * 1e-18) - 1) < 1e-9);
}

TEST_CASE("a run in pieces is the run, to the byte, and looking on changes nothing") {
  Random random(84);
  SpikingNetwork::Settings s = usual_settings();
  s.delay = 1.5;
  const auto wires = random_wires(random, 50, 5, -0.3f, 0.3f);
  Net whole(50, wires, s), pieces(50, wires, s);
  for (std::uint32_t n = 0; n < 50; ++n)
    whole[n].current = pieces[n].current = random.between(0.8f, 1.6f);
  const auto wanted = whole.run(500);
  Net few(50, wires, s);
  for (std::uint32_t n = 0; n < 50; ++n) few[n].current = whole[n].current;
  CHECK(few.run(500, 1) == wanted);
  std::vector<Firing> found;
  for (double until = 0; until <= 500; until += 0.5) {
    for (const Firing& it : pieces.run(until)) found.push_back(it);
    (void)pieces.potentials();
  }
  CHECK(wanted.size() > 500);
  CHECK(found == wanted);
  CHECK(pieces.potentials() == whole.potentials());
}

TEST_CASE("a run stops where no more spikes can be held, and goes on from there") {
  SpikingNetwork::Settings s = usual_settings();
  s.refractory = 0;
  Net net(2, {}, s);
  net[0].current = 1000;
  CHECK(net.net.run(100, kMost) == Status::kOk);
  CHECK(net.net.spikes().size() == 1024);
  CHECK(net.now() < 100);
  CHECK(net.run(100).size() == std::size_t(100 / interval(s, 1000, 1)) - 1024);
}

TEST_CASE("steps and runs take turns") {
  Net net(2, {{0, 1, 0.75}});
  net[1].potential = 0.5;
  net[0].input = 1;
  CHECK(net.run(0) == std::vector<Firing>{{0, 0}, {0, 1}});  // a cascade of one instant
  (void)net.run(3);
  CHECK(net.step(1).empty());
  net[1].potential = 0.5;
  net[0].input = 1;
  CHECK(net.step(1) == std::vector<Firing>{{5, 0}});
  net.net.read(true);
  const double v = net[1].potential;
  CHECK(std::abs(v - 0.5 * std::exp(-0.05)) < 1e-15);
  (void)net.run(5);                                  // what steps have sent arrives at once
  CHECK(std::abs(net.potentials()[1] - 0) < 1e-15);  // for it has spiked
  CHECK(net[1].last == 5);
}

TEST_CASE("a gate holds a spike back until it opens, if the potential is still there") {
  SpikingNetwork::Settings s = usual_settings();
  s.gate_frequency = 0.04;  // 25 ms
  s.gate_open = 0.4;        // closed from 5 to 20 ms
  Net net(3, {}, s);
  net[0].current = 1.5;
  net[1].current = 1.9;  // would spike at 20 ln(19 / 9) = 14.94
  const auto spikes = net.run(24);
  REQUIRE(spikes.size() == 2);
  CHECK(spikes[0].neuron == 1);
  CHECK(std::abs(spikes[0].time - 20) < 1e-9);
  CHECK(spikes[1].neuron == 0);
  CHECK(std::abs(spikes[1].time - 20 * std::log(3)) < 1e-9);
  // Of a potential that decays: at the threshold at 32 ms, and below it when the gate opens.
  net.run(32);
  net[2].input = 1.01 - net.potentials()[2];
  for (const Firing& it : net.run(70)) CHECK(it.neuron != 2);
  net[2].input = 1.01 - net.potentials()[2];  // and where it is open, it spikes
  CHECK(net.run(70) == std::vector<Firing>{{70, 2}});
}

TEST_CASE("where memory ends, a step changes nothing and a run stops before a spike") {
  SpikingNetwork::Settings s = usual_settings();
  s.delay = 1e6;
  s.refractory = 0.1;
  Net measure(4, {}, s);
  measure.net.read(false);
  const auto bytes = std::uint64_t(measure.net.readings().used_bytes);
  Net net(4, {}, s, bytes + 64 * sizeof(SpikingNetwork::Spike));
  for (std::uint32_t n = 0; n < 4; ++n) net[n].current = 1.5 + n;
  Status status = Status::kOk;
  std::size_t spikes = 0;
  while (status == Status::kOk) {
    spikes += net.net.spikes().size();
    status = net.net.run(1e5, kMost);
  }
  CHECK(spikes >= 64);  // none is lost
  CHECK(status == Status::kOutOfMemory);
  CHECK(net.net.validate());
  const auto before = net.potentials();
  const double now = net.now();
  CHECK(net.net.run(1e5, kMost) == Status::kOutOfMemory);
  CHECK(net.net.step(0.5) == Status::kOutOfMemory);
  CHECK(net.now() == now);
  CHECK(net.potentials() == before);
}

}  // namespace
}  // namespace rv::test
