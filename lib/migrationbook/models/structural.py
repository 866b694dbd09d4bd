"""Three models of a monthly series in logarithms, and joint simulations of the months to come."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
import pandas as pd
from statsmodels.tsa.statespace.mlemodel import MLEResults
from statsmodels.tsa.statespace.sarimax import SARIMAX
from statsmodels.tsa.statespace.structural import UnobservedComponents

from migrationbook.errors import BookError
from migrationbook.models import quick_structural
from migrationbook.models.calendar import logarithm, require

MODELS = ("sarimax", "autoregressive", "unobserved_components")
ORDERS = {"sarimax": (0, 1, 1), "autoregressive": (2, 0, 0)}  # beside a seasonal part of (0, 1, 1)
SIMPLEX = 800  # evaluations: three to four parameters take 100 to 300
SHORTEST = 36  # three years: the least from which a changing season can be told from the level


@dataclass(frozen=True)
class Fit:
    """A fitted model. `offset` is the mean logarithm taken out before fitting, `results` the statsmodels object."""

    model: str
    last_month: pd.Timestamp
    months: int
    converged: bool
    parameters: dict[str, float]
    standard_errors: dict[str, float]
    offset: float
    results: MLEResults


def fit(series: pd.Series, model: str = "sarimax", exog: pd.DataFrame | None = None) -> Fit:
    """Fit one of MODELS by maximum likelihood to the logarithms of a complete monthly series.

    sarimax: SARIMA (0,1,1)(0,1,1) with a year of twelve months, the conventional "airline" model: where the level is, it
    stays. autoregressive: SARIMA (2,0,0)(0,1,1), whose level drifts back towards that of the year before.
    unobserved_components: a random-walk level, a trigonometric season of six harmonics that may change, and noise.
    They forecast this border about equally well and disagree on what the agreement changed, so a chapter shows all
    of them. `exog` holds regressors for the same months.
    `converged` reports whether the optimiser says that it arrived; it is the reader's to see and never hidden.
    Raises BookError for an unknown model, fewer than 36 months, or a figure that has no logarithm.
    """
    logs = _logs(series, model)
    offset = float(logs.mean())  # centred, so that the unit of the series cannot move the optimiser
    # Exact diffuse starts: the usual huge prior variance leaves rounding errors in the likelihood that depend on the
    # processor, and with them estimates that differ from machine to machine.
    if model in ORDERS:
        built = SARIMAX(logs - offset, exog=exog, order=ORDERS[model], seasonal_order=(0, 1, 1, 12), use_exact_diffuse=True)
    else:
        built = UnobservedComponents(logs - offset, "local level", exog=exog, use_exact_diffuse=True,
                                     freq_seasonal=[{"period": 12, "harmonics": 6}])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # convergence is reported in the result instead
        near = built.fit(disp=0, maxiter=500, cov_type="none").params
        # A flat likelihood stops a gradient early, and where depends on the processor; the simplex goes on to the top.
        results = built.fit(near, method="nm", disp=0, maxiter=SIMPLEX, maxfun=SIMPLEX, xtol=1e-6, ftol=1e-11,
                            cov_type="approx")  # outer products mislead for steps
        errors = results.bse
    names = results.model.param_names
    return Fit(model=model, last_month=logs.index[-1], months=len(logs),
               converged=bool(results.mle_retvals["converged"]),
               parameters=dict(zip(names, map(float, results.params), strict=True)),
               standard_errors=dict(zip(names, map(float, errors), strict=True)),
               offset=offset, results=results)


def _logs(series: pd.Series, model: str) -> pd.Series:
    if model not in MODELS:
        raise BookError(f"model {model!r}: unknown; choose one of {', '.join(MODELS)}")
    require(series, SHORTEST, f"the model {model}")
    return logarithm(series).asfreq("MS")


def predict(fitted: Fit, horizon: int, exog: pd.DataFrame | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Mean (horizon,) and covariance (horizon, horizon) of the logarithms of the next months.

    The distribution is jointly normal given the parameters. It holds the uncertainty of future shocks and of the
    present state; that of the parameters is left out, which the backtests of `forecast` put to the test.
    """
    if horizon < 1:
        raise BookError(f"horizon {horizon}: nothing to forecast; ask for at least one month")
    results = fitted.results
    mean = np.asarray(results.get_forecast(horizon, exog=exog).predicted_mean) + fitted.offset
    space = results.model.ssm
    design, transition = np.asarray(space["design"]), np.asarray(space["transition"])
    selection = np.asarray(space["selection"])
    shocks = selection @ np.asarray(space["state_cov"]) @ selection.T
    state = results.predicted_state_cov[..., -1]
    covariance = np.zeros((horizon, horizon))
    for i in range(horizon):
        carried = design @ state
        for j in range(i, horizon):
            covariance[i, j] = covariance[j, i] = (carried @ design.T).item()
            carried = carried @ transition.T
        covariance[i, i] += np.asarray(space["obs_cov"]).item()
        state = transition @ state @ transition.T + shocks
    return mean, covariance


def forecast(series: pd.Series, horizon: int, model: str = "sarimax") -> tuple[np.ndarray, np.ndarray, bool]:
    """Fit and predict in one: mean and covariance of the logarithms as `predict`, and whether the fit converged.

    By `quick_structural`, which arrives at the same parameters in about a hundredth of the time. Raises BookError as `fit` does.
    """
    logs = _logs(series, model)
    found = quick_structural.fit(logs.to_numpy(), model)
    return *quick_structural.predict(found, horizon), found.converged


def draw(mean: np.ndarray, covariance: np.ndarray, draws: int, seed: int) -> np.ndarray:
    """Figures (draws, horizon) whose logarithms are normal with this mean and covariance.

    Each row is one joint path, so sums over months have the right spread. The same seed gives the same rows.
    """
    horizon = len(mean)
    root = np.linalg.cholesky(covariance)
    normal = np.random.default_rng(seed).standard_normal((draws, horizon))
    return np.exp(mean + normal @ root.T)
